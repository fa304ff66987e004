export interface Script {
  subject: string;
  lines: { role: string; paragraphs: string[] }[];
}

/** Reads threads in the form that texts/threads-work.ts explains. */
export function scriptsOf(text: string): Script[] {
  const scripts: Script[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('# ')) scripts.push({ subject: line.slice(2), lines: [] });
    const match = /^([A-Z]): (.+)$/.exec(line);
    if (match) scripts.at(-1)?.lines.push({ role: match[1]!, paragraphs: match[2]!.split(' / ') });
  }
  return scripts;
}
