// The contract as a page: made of the OpenAPI document, without a script, so that nothing has to be allowed for it.

interface Operation {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, unknown>[];
  parameters: { name: string; in: string; required: boolean; schema: unknown }[];
  requestBody?: { content: Record<string, { schema: unknown }> };
  responses: Record<string, { content?: Record<string, { schema: unknown }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

export function docsPage(document: unknown, nonce: string): string {
  const { paths, components } = document as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))];
  const sections = tags.map(
    (tag) =>
      `<h2 id="${text(tag)}">${text(tag)}</h2>${operations
        .filter(({ operation }) => operation.tags[0] === tag)
        .map(operationHtml)
        .join('')}`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${text(name)}"><summary><code>${text(name)}</code></summary>${code(schema)}</details>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Finito Mail API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style nonce="${nonce}">${style}</style></head>
<body><main><h1>Finito Mail API</h1>
<p>Send a bearer token (<code>POST /api/auth/tokens</code>) or the session cookie. Errors are problem documents
(RFC 9457). The same as <a href="/api/openapi.json">OpenAPI 3.1</a>.</p>
<nav>${tags.map((tag) => `<a href="#${text(tag)}">${text(tag)}</a>`).join(' ')}</nav>
${sections.join('')}<h2>Schemas</h2>${schemas.join('')}</main></body></html>`;
}

function operationHtml({
  path,
  method,
  operation,
}: {
  path: string;
  method: string;
  operation: Operation;
}): string {
  const { summary, security, parameters, requestBody, responses } = operation;
  const who = security.flatMap((scheme) => Object.keys(scheme)).join(' or ') || 'open to all';
  const rows = parameters.map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${text(name)}</code></td><td>${place}${required ? ', required' : ''}</td><td>${code(schema)}</td></tr>`,
  );
  const body = requestBody && Object.values(requestBody.content)[0]?.schema;
  const answers = Object.entries(responses).map(
    ([status, { content = {} }]) =>
      `<li>${status}: ${Object.entries(content).map(mediaHtml).join(', ') || 'no body'}</li>`,
  );
  return `<details><summary><b>${method}</b> <code>${text(path)}</code> <span>${text(summary)}</span></summary>
<p>Who: ${text(who)}</p>${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}
${body ? `<p>Body</p>${code(body)}` : ''}<p>Answers</p><ul>${answers.join('')}</ul></details>`;
}

function mediaHtml([type, { schema }]: [string, { schema: unknown }]): string {
  const reference = (schema as { $ref?: string }).$ref?.split('/').at(-1);
  return reference
    ? `${text(type)}, <a href="#schema-${text(reference)}">${text(reference)}</a>`
    : text(type);
}

const code = (schema: unknown) => `<pre>${text(JSON.stringify(schema, null, 1))}</pre>`;

function text(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const style = `body{font:16px/1.5 system-ui,sans-serif;margin:0;color-scheme:light dark;background:Canvas;color:CanvasText}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem}nav a{margin-right:.75rem}
details{border:1px solid color-mix(in srgb,CanvasText 20%,transparent);border-radius:8px;margin:.5rem 0;padding:.5rem .75rem}
summary{cursor:pointer}summary span{opacity:.75}pre{white-space:pre-wrap;font-size:.8rem;margin:.25rem 0}
td{vertical-align:top;padding:.1rem 1rem .1rem 0}`;
