// Lints texts as if they stood in the files named, without touching those files; a program, for eslint does not
// run inside jest. Standard input: [{ title, file, code }]; standard output: [{ title, messages }].
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { ESLint } from 'eslint';

const root = join(import.meta.dirname, '..');
const planted = JSON.parse(await text(process.stdin)) as { title: string; file: string; code: string }[];
// Without types, which the rules in question do not ask for: reading them takes most of the time.
const withoutTypes = {
  languageOptions: { parserOptions: { projectService: false } },
  rules: { '@typescript-eslint/no-floating-promises': 'off' as const },
};
const eslint = new ESLint({ cwd: root, overrideConfig: withoutTypes });
const found = [];
for (const { title, file, code } of planted) {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  found.push({ title, messages: result!.messages.map(({ ruleId, message }) => `${ruleId}: ${message}`) });
}
process.stdout.write(JSON.stringify(found));
