import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import express, { Router } from 'express';
import type { Middleware, RequestLocals } from './request-locals.ts';
import { createPagePolicy } from './security-headers.ts';

/**
 * The web page: `index.html` was made at build time; a request only puts its nonce where `__CSP_NONCE__` stands.
 * What has no file extension and is not the API's is the page too: it finds its way by itself.
 */
export function page(folder: string): Router {
  const router = Router();
  const named =
    (name: string): Middleware =>
    (_request, response, next) => {
      response.locals.route = name;
      next();
    };
  const policyWith = createPagePolicy();
  const readPieces = createPageReader(folder);
  const sendPage: Middleware = (_request, response) => {
    const pieces = readPieces() ?? notBuilt;
    response.locals.route = '/';
    response.set('Cache-Control', 'no-store').type('html').send(pieces.join(response.locals.nonce));
  };

  router.use((_request, response, next) => {
    response.setHeader('Content-Security-Policy', policyWith((response.locals as RequestLocals).nonce));
    next();
  });
  router.get(['/', '/index.html'], sendPage);
  router.use('/assets', named('/assets'), files(join(folder, 'assets'), { immutable: true }));
  router.get(/^\/[^/]+\.[a-z0-9]+$/i, named('/file'), files(folder, { immutable: false }));
  router.get(/^\/(?!api(?:\/|$))[^.]*$/, sendPage);
  return router;
}

function files(folder: string, { immutable }: { immutable: boolean }) {
  return express.static(folder, {
    index: false,
    immutable,
    maxAge: immutable ? '1y' : '1h',
    redirect: false,
  });
}

/** Reads the page once it is there: `npm start` may still be building it. */
function createPageReader(folder: string): () => string[] | undefined {
  const file = join(folder, 'index.html');
  let pieces: string[] | undefined;
  return () => {
    if (!pieces && existsSync(file)) pieces = readFileSync(file, 'utf8').split('__CSP_NONCE__');
    return pieces;
  };
}

const notBuilt = [
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Finito Mail</title><h1>Finito Mail</h1>' +
    '<p>The page is not built yet: run <code>npm run build</code>. The API is at <a href="/api/docs">/api/docs</a>.</p></html>',
];
