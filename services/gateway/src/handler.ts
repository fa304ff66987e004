import type { Route, RouteAnswer, RouteName, RouteRequest, Routes } from '@finito/api';
import type { Log } from '@finito/service-kit';
import type { Request, Response } from 'express';
import type { ServedResponse } from './exchange.ts';
import type { Principal, RequestLocals } from './request-locals.ts';

export type GatewayRequest = Request<Record<string, string>, unknown, unknown, unknown, RequestLocals>;
export type GatewayResponse = ServedResponse & Response<unknown, RequestLocals>;

/** A validated request. What is not JSON, a handler writes to `response` itself. */
export type HandlerInput<R extends Route> = RouteRequest<R> & {
  principal: R['auth'] extends 'user' ? Principal : Principal | undefined;
  request: GatewayRequest;
  response: GatewayResponse;
  log: Log;
};

export type Handler<R extends Route> = (input: HandlerInput<R>) => Promise<RouteAnswer<R>>;

/** One handler for each route of the contract: leaving one out does not compile. */
export type Handlers = { [Name in RouteName]: Handler<Routes[Name]> };
