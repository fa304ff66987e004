/** Through Google's consent, as a browser does; gives the session's cookie. */
export async function signIn(url: string, account: string): Promise<string> {
  const begun = await fetch(`${url}/api/auth/google`, { redirect: 'manual' });
  const consent = begun.headers.get('location')!;
  const cookies = (response: Response) => response.headers.getSetCookie().map((line) => line.split(';')[0]);
  const answer = await fetch(consent, {
    method: 'POST',
    redirect: 'manual',
    body: new URLSearchParams({ account }),
  });
  const done = await fetch(answer.headers.get('location')!, {
    redirect: 'manual',
    headers: { cookie: cookies(begun).join('; ') },
  });
  return cookies(done).join('; ');
}
