// The first import of the page. Where it may, zod compiles schemas with `new Function`; the page's policy forbids that
// and reports each attempt. Zod finds out while schemas are made, so it has to be told before any is.
import { z } from 'zod';

z.config({ jitless: true });
