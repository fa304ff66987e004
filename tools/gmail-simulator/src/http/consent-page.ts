const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Where Google would ask. One button for each account, so that a person, or a test's browser, can consent. */
export function consentPage(
  query: string,
  accounts: { emailAddress: string; name: string; count: number }[],
): string {
  const buttons = accounts.map(
    ({ emailAddress, name, count }) =>
      `<button name="account" value="${escape(emailAddress)}"><b>${escape(name)}</b><span>${escape(emailAddress)} · ${count.toLocaleString('en')} messages</span></button>`,
  );
  return page(
    'Choose an account',
    `<p>This is the Gmail simulator: no real account is involved. The app asks to read, change and send mail of the account you choose.</p>
<form method="post" action="/o/oauth2/v2/auth?${escape(query)}">${buttons.join('')}
<button class="cancel" name="account" value="">Cancel</button></form>`,
  );
}

export function errorPage(code: string, description: string): string {
  return page('Access blocked', `<p>${escape(description)}</p><p>Error: ${escape(code)}</p>`);
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escape(title)}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; background: #f1f3f4; color: #202124; display: grid; place-items: center; min-height: 100vh; margin: 0 }
  main { background: #fff; border-radius: 16px; padding: 40px; width: min(420px, 90vw); box-shadow: 0 1px 3px #0003 }
  h1 { font-size: 1.4rem; margin: 0 0 4px } p { color: #5f6368; margin: 0 0 24px }
  button { display: block; width: 100%; text-align: left; font: inherit; padding: 12px 16px; margin: 0 0 8px; border: 1px solid #dadce0; border-radius: 8px; background: #fff; cursor: pointer }
  button:hover, button:focus-visible { background: #f6f8fe; border-color: #1a73e8 }
  button span { display: block; color: #5f6368; font-size: .85rem } .cancel { text-align: center; border: 0; color: #1a73e8 }
</style></head><body><main><h1>${escape(title)}</h1>
${content}</main></body></html>`;
}
