import { headerText } from './header-text.ts';

const maxLength = 200;
const maxExtension = 20;
/** Names of devices on Windows, with any extension. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A name under which an attachment can be saved anywhere: no path, no hidden file, no device; '' when nothing is left. */
export function fileName(value: string): string {
  const base = headerText(value, 1_000)
    .replace(/^.*[/\\]/, '')
    .replace(/[<>:"|?*]/g, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '');
  return shortened(devices.test(base) ? `_${base}` : base);
}

/** The extension says what a file is, so it stays. */
function shortened(name: string): string {
  if (name.length <= maxLength) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 && name.length - dot <= maxExtension ? name.slice(dot) : '';
  return (name.slice(0, maxLength - extension.length) + extension).toWellFormed();
}
