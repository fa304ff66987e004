import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import { CspEvaluator } from 'csp_evaluator/dist/evaluator.js';
import { Severity } from 'csp_evaluator/dist/finding.js';
import { CspParser } from 'csp_evaluator/dist/parser.js';
import { fixedHeaders } from '../src/security-headers.ts';
import { aGateway } from './a-gateway.ts';
import type { TestGateway } from './a-gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await aGateway();
});
afterAll(() => gateway?.close());

describe('the page', () => {
  it('has one policy, written down here: a change of it is a decision', async () => {
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

  it("leaves Google's CSP evaluator nothing to say of high or medium severity", async () => {
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

  it('has a nonce of 128 bits of its own at each request, the same in header and page', async () => {
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

  it('is not kept by caches, its assets are for good', async () => {
    expect((await fetch(gateway.origin)).headers.get('cache-control')).toBe('no-store');
    const asset = await fetch(`${gateway.origin}/assets/a.js`);
    expect(asset.headers.get('cache-control')).toMatch(/max-age=31536000, immutable/);
    expect((await fetch(`${gateway.origin}/assets/none.js`)).status).toBe(404);
    expect((await fetch(`${gateway.origin}/assets/..%2f..%2fpackage.json`)).status).toBe(404);
  });
});

describe('every answer', () => {
  it.each(['/', '/assets/a.js', '/api/auth/me', '/api/nothing', '/api/openapi.json', '/no-such-file.txt'])(
    '%s carries the security headers and a request id, and names no software',
    async (path) => {
      const { headers } = await fetch(gateway.origin + path);
      for (const [name, value] of Object.entries(fixedHeaders)) expect(headers.get(name)).toBe(value);
      expect(headers.get('content-security-policy')).toBeTruthy();
      expect(headers.get('x-request-id')).toMatch(/^[\w-]{12}$/);
      expect(headers.get('x-powered-by')).toBeNull();
    },
  );
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
