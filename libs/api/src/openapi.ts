import { z } from 'zod';
import { apiToken, me } from './accounts.ts';
import {
  address,
  attachment,
  emailContent,
  emailDetail,
  emailSummary,
  failure,
  label,
  thread,
} from './emails.ts';
import { mailbox, mailboxProgress, syncStatus } from './mailboxes.ts';
import { clientEvent, healthReport } from './operations.ts';
import { problem } from './problem.ts';
import { rateLimitOverride } from './rate-limits.ts';
import type { Answer, Route, RouteAuth } from './route.ts';
import { routes } from './routes.ts';
import { webhook, webhookDelivery } from './webhooks.ts';

type Json = Record<string, unknown>;

const named = {
  ...{ Mailbox: mailbox, MailboxProgress: mailboxProgress, SyncStatus: syncStatus },
  ...{ Address: address, Attachment: attachment, EmailSummary: emailSummary, EmailContent: emailContent },
  ...{ EmailDetail: emailDetail, Thread: thread, Label: label, Failure: failure, Me: me, ApiToken: apiToken },
  ...{ HealthReport: healthReport, ClientEvent: clientEvent, Problem: problem },
  ...{ RateLimitOverride: rateLimitOverride, Webhook: webhook, WebhookDelivery: webhookDelivery },
};

/** The contract as an OpenAPI 3.1 document, made from the schemas that validate. */
export function openApiDocument({ serverUrl }: { serverUrl: string }): Json {
  const schemas = componentSchemas();
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Finito Mail',
      version: '1.0.0',
      description: 'A self-hosted Gmail backend: mailboxes, sync, messages.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    paths,
    components: { schemas, securitySchemes },
  };
}

const securitySchemes = {
  session: { type: 'apiKey', in: 'cookie', name: '__Host-finito' },
  bearer: { type: 'http', scheme: 'bearer' },
  healthKey: { type: 'apiKey', in: 'header', name: 'x-health-api-key' },
  adminKey: { type: 'apiKey', in: 'header', name: 'x-admin-api-key' },
  googlePush: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT signed by Google' },
};

const securityOf: Record<RouteAuth, Json[]> = {
  open: [],
  user: [{ session: [] }, { bearer: [] }],
  'health-key': [{ healthKey: [] }],
  'admin-key': [{ adminKey: [] }],
  'google-push': [{ googlePush: [] }],
};

function operation(name: string, route: Route): Json {
  const body = route.body && {
    requestBody: {
      required: !route.body.safeParse(undefined).success,
      content: { 'application/json': { schema: inline(route.body) } },
    },
  };
  return {
    operationId: name,
    summary: route.summary,
    tags: [route.path.split('/')[2]],
    security: securityOf[route.auth],
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...body,
    responses: { ...answers(name, route), default: problemAnswer },
  };
}

function answers(name: string, { answer, summary }: Route): Json {
  const content = {
    json: () => ({ 'application/json': { schema: { $ref: refTo(answerName(name, answer)) } } }),
    stream: () => ({ [answer.kind === 'stream' ? answer.mediaType : '']: { schema: { type: 'string' } } }),
    none: () => undefined,
    redirect: () => undefined,
  }[answer.kind]();
  return { [answer.status]: { description: summary, ...(content && { content }) } };
}

const problemAnswer = {
  description: 'A problem document (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function parameters(place: 'path' | 'query', schema: z.ZodObject | undefined): Json[] {
  if (!schema) return [];
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !(field as z.ZodType).safeParse(undefined).success,
    schema: inline(field as z.ZodType),
  }));
}

function answerName(routeName: string, answer: Answer): string {
  const known = Object.entries<z.ZodType>(named).find(
    ([, schema]) => answer.kind === 'json' && schema === answer.schema,
  );
  return known?.[0] ?? `${routeName[0]?.toUpperCase()}${routeName.slice(1)}Answer`;
}
const refTo = (name: string) => `#/components/schemas/${name}`;

function inline(schema: z.ZodType): Json {
  return withoutMeta(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json);
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  for (const [name, { answer }] of Object.entries<Route>(routes)) {
    const id = answerName(name, answer);
    // A copy, because two routes may answer with one schema and a registry knows a schema by one name.
    if (answer.kind === 'json' && !(id in named)) registry.add(answer.schema.clone(), { id });
  }
  const { schemas } = z.toJSONSchema(registry, { uri: refTo, io: 'output', unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, withoutMeta(schema as Json)]));
}

function withoutMeta({ $schema: _schema, $id: _id, ...schema }: Json): Json {
  return schema;
}
