/**
 * The newest pending messages of a mailbox ($1), at most $2 of the $3 positions below the newest one, and with each all
 * that is pending of its thread.
 *
 * The table fills faster than autovacuum counts its rows, and the planner then takes it for all but empty: it compared
 * every pending row with each of the newest, which was nine tenths of what a message cost Postgres
 * (docs/performance.md). So no index is left that fits by half: a thread is found by an expression that only its own index
 * has, whatever the statistics say. The window below the newest position bounds what a wrong plan can sort; that position
 * is a value of its own and not joined, or Postgres 15 finds it anew for each row.
 */
export const newestPendingSql = `
  WITH newest AS MATERIALIZED (
    SELECT thread_id FROM listed_messages
    WHERE mailbox_id = $1 AND state = 'pending' AND position >= (
      SELECT position FROM listed_messages WHERE mailbox_id = $1 AND state = 'pending'
      ORDER BY position DESC LIMIT 1) - $3
    ORDER BY position DESC LIMIT $2)
  SELECT l.gmail_id AS "gmailId", l.thread_id AS "threadId", l.attempts, l.crashes, l.reason
  FROM (SELECT DISTINCT thread_id FROM newest) n CROSS JOIN LATERAL (
    SELECT * FROM listed_messages l
    WHERE l.mailbox_id || ' ' || l.thread_id = $1 || ' ' || n.thread_id AND l.state = 'pending' OFFSET 0) l
  ORDER BY l.position DESC`;
