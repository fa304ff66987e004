/**
 * `max-lines-per-function` for code made of factories: lines count for the innermost function they stand in, so that
 * a factory is measured by what it does itself and each function inside it by its own. Blank lines and comments do not
 * count.
 */
export const ownLines = {
  meta: { type: 'suggestion', schema: [{ type: 'object', properties: { max: { type: 'integer' } } }] },
  create(context) {
    const [{ max }] = context.options;
    const source = context.sourceCode;
    const commentLines = new Set();
    for (const { loc } of source.getAllComments())
      for (let line = loc.start.line; line <= loc.end.line; line += 1)
        if (/^\s*(\/\/|\/\*|\*)/.test(source.lines[line - 1])) commentLines.add(line);
    const counts = (line) => source.lines[line - 1].trim() !== '' && !commentLines.has(line);
    const open = [];
    return {
      ':function': () => open.push(new Set()),
      ':function:exit'(node) {
        const inner = open.pop();
        let own = 0;
        for (let line = node.loc.start.line; line <= node.loc.end.line; line += 1) {
          if (counts(line) && !inner.has(line)) own += 1;
          open.at(-1)?.add(line);
        }
        if (own > max)
          context.report({ node, message: `This function has ${own} lines of its own; ${max} at most.` });
      },
    };
  },
};
