import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js';
import { Severity } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway();
});
afterAll(() => gateway?.close());

/** The page's policy by directive, with the nonce of one answer. */
async function thePolicy(): Promise<Record<string, string[]>> {
  const header = (await fetch(gateway.origin)).headers.get('content-security-policy')!;
  return Object.fromEntries(
    header.split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ');
      return [name, sources];
    }),
  );
}

describe('the page', () => {
  it('R3: has one policy, written down here: a change of it is a decision', async () => {
    const response = await fetch(gateway.origin);
    const policy = response.headers.get('content-security-policy')!.replace(/nonce-[\w+/=]+/g, 'nonce-…');
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'nonce-…' 'strict-dynamic'",
      "style-src 'self' 'nonce-…'",
      "img-src 'self' data: blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "frame-src 'self'",
      "manifest-src 'self'",
      "worker-src 'self'",
      "object-src 'none'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
      'report-uri /api/csp-reports',
      'report-to csp',
    ]);
  });

  it("R2, R63: leaves Google's CSP evaluator nothing to say of high or medium severity", async () => {
    const policy = (await fetch(gateway.origin)).headers.get('content-security-policy')!;
    const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
    const grave = [
      Severity.HIGH,
      Severity.MEDIUM,
      Severity.HIGH_MAYBE,
      Severity.MEDIUM_MAYBE,
      Severity.SYNTAX,
    ];
    expect(findings.filter(({ severity }) => grave.includes(severity))).toEqual([]);
    const weak = new CspEvaluator(new CspParser("script-src 'unsafe-inline'").csp).evaluate();
    expect(weak.some(({ severity }) => severity === Severity.HIGH)).toBe(true);
  });

  it('R1: has a nonce of 128 bits of its own at each request, the same in header and page', async () => {
    const nonces = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const response = await fetch(`${gateway.origin}/message/anything`);
        const [, inHeader] =
          /'nonce-([\w+/=]+)'/.exec(response.headers.get('content-security-policy')!) ?? [];
        expect(await response.text()).toContain(`nonce="${inHeader}"`);
        expect(Buffer.from(inHeader!, 'base64')).toHaveLength(16);
        return inHeader;
      }),
    );
    expect(new Set(nonces).size).toBe(20);
  });

  it('R4: runs the scripts that carry the nonce, and what those load: no address, no inline script, no eval', async () => {
    const [nonce, ...others] = (await thePolicy())['script-src']!;
    expect(nonce).toMatch(/^'nonce-[\w+/]{22}=='$/);
    expect(others).toEqual(["'strict-dynamic'"]);
  });

  it("R5: takes styles from itself or under the nonce: stricter than the seed's 'unsafe-inline'", async () => {
    const [own, nonce, ...others] = (await thePolicy())['style-src']!;
    expect([own, others]).toEqual(["'self'", []]);
    expect(nonce).toMatch(/^'nonce-/);
  });

  it("R6: needs none of Google's domains: the gateway alone talks to Google", async () => {
    const policy = await thePolicy();
    expect(policy['connect-src']).toEqual(["'self'"]);
    expect(JSON.stringify(policy)).not.toMatch(/google|gstatic|https?:/);
    const web = join(import.meta.dirname, '../../../web');
    const sources = globSync(['index.html', 'src/**/*.{ts,tsx,css}'], { cwd: web });
    expect(sources.length).toBeGreaterThan(10);
    const asking = sources.filter((file) =>
      /googleapis\.com|gstatic\.com/.test(readFileSync(join(web, file), 'utf8')),
    );
    expect(asking).toEqual([]);
  });

  it('is not kept by caches, its assets are for good', async () => {
    expect((await fetch(gateway.origin)).headers.get('cache-control')).toBe('no-store');
    const asset = await fetch(`${gateway.origin}/assets/a.js`);
    expect(asset.headers.get('cache-control')).toMatch(/max-age=31536000, immutable/);
    expect((await fetch(`${gateway.origin}/assets/none.js`)).status).toBe(404);
    expect((await fetch(`${gateway.origin}/assets/..%2f..%2fpackage.json`)).status).toBe(404);
  });
});

describe('every answer', () => {
  const same: Record<string, string> = {
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'strict-origin-when-cross-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  };

  it.each(['/', '/assets/a.js', '/api/auth/me', '/api/nothing', '/api/openapi.json', '/no-such-file.txt'])(
    'R8, R9, R10, R11, R12: %s carries the fixed headers, a policy of its own and a request id, and names no software',
    async (path) => {
      const [first, second] = [await fetch(gateway.origin + path), await fetch(gateway.origin + path)];
      const { headers } = first;
      expect(Object.fromEntries(headers)).toMatchObject(same);
      expect(headers.get('permissions-policy')).toMatch(/camera=\(\), .*geolocation=\(\)/);
      const policies = [first, second].map((answer) => answer.headers.get('content-security-policy')!);
      for (const policy of policies) expect(policy).toMatch(/^default-src 'none'/);
      // What has no scripts may do without a nonce; a nonce is never given twice.
      if (policies[0]!.includes('nonce-')) expect(policies[0]).not.toBe(policies[1]);
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{12}$/);
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );
});

describe('what is no page', () => {
  const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  it.each(['/api/auth/options', '/api/auth/me', '/api/nothing', '/api/openapi.json'])(
    '%s may load nothing, run nothing and be framed by nobody',
    async (path) => {
      const response = await fetch(gateway.origin + path);
      expect(response.headers.get('content-security-policy')).toBe(policy);
    },
  );

  it('has the same headers when it is asked for by HEAD', async () => {
    const url = `${gateway.origin}/api/auth/options`;
    const asked = [await fetch(url), await fetch(url, { method: 'HEAD' })];
    const names = asked.map(({ headers }) => [...headers.keys()].filter((name) => name !== 'keep-alive'));
    expect(names[1]).toEqual(names[0]);
    expect(new Set(names[0]).size).toBe(names[0]!.length);
    expect(asked[1]!.headers.get('content-length')).toBe(String((await asked[0]!.text()).length));
    expect(await asked[1]!.text()).toBe('');
  });
});

describe('a large answer', () => {
  it('is compressed for those who take it, and says that it depends on that', async () => {
    const response = await fetch(`${gateway.origin}/api/openapi.json`, {
      headers: { 'accept-encoding': 'br' },
    });
    expect(response.headers.get('content-encoding')).toBe('br');
    expect(response.headers.get('vary')).toMatch(/accept-encoding/i);
    const plain = await fetch(`${gateway.origin}/api/openapi.json`, {
      headers: { 'accept-encoding': 'identity' },
    });
    expect(plain.headers.get('content-encoding')).toBeNull();
  });
});

describe('the contract', () => {
  it('is not sent again to whoever has it', async () => {
    const url = `${gateway.origin}/api/openapi.json`;
    const etag = (await fetch(url)).headers.get('etag')!;
    const known = await fetch(url, { headers: { 'if-none-match': etag } });
    expect(known.status).toBe(304);
    expect(await known.text()).toBe('');
  });

  it('is served as OpenAPI 3.1 and as a page without a script', async () => {
    const document = (await (await fetch(`${gateway.origin}/api/openapi.json`)).json()) as {
      openapi: string;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
    const html = await (await fetch(`${gateway.origin}/api/docs`)).text();
    expect(html).toContain('/api/emails/{id}');
    expect(html).not.toContain('<script');
  });
});
