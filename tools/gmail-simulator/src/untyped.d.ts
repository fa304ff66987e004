declare module 'mailsplit' {
  import type { Transform } from 'node:stream';
  export interface MimeNode {
    type: 'node';
    root: boolean;
    multipart: string | false;
    parentNode: MimeNode | null;
    contentType: string | false;
    encoding: string | false;
    charset: string | false;
    filename: string | false;
    disposition: string | false;
    headers: { getList(): { key: string; line: string }[] };
  }
  export class Splitter extends Transform {
    constructor(options?: { ignoreEmbedded?: boolean; maxHeadSize?: number });
  }
}
declare module 'libqp' {
  interface Libqp {
    decode(value: string): Buffer;
  }
  const libqp: Libqp;
  export default libqp;
}
declare module 'nodemailer/lib/mail-composer/index.js' {
  export { default } from 'nodemailer/lib/mail-composer';
}
