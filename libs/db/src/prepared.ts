// The statement that stores messages is a page long, and parsing it anew was a tenth of Postgres' time
// (docs/performance.md). Under a name it is parsed once a connection. Not behind a pooler, where each transaction may get
// another connection of Postgres', or another client's name for another statement (PgBouncer before 1.21, and any that is
// not told to keep names apart).
import type { ClientBase } from 'pg';

const direct = new WeakSet<ClientBase>();

/**
 * Asks a new connection which process of Postgres' answers it: a pooler has told the connection of one of its own.
 * Called by the pool before anybody has the connection.
 */
export function learnWhetherDirect(client: ClientBase, done: (error?: Error) => void): void {
  client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid').then(({ rows: [row] }) => {
    if (row?.pid === processOf(client)) direct.add(client);
    done();
  }, done);
}

/** A statement to be run again and again, under a name where that is safe. One name is one text for ever. */
export function prepared(client: ClientBase, name: string, text: string): { text: string; name?: string } {
  return direct.has(client) ? { name, text } : { text };
}

const processOf = (client: ClientBase) => (client as ClientBase & { processID: number | null }).processID;
