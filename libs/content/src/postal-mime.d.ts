declare module 'postal-mime' {
  export interface ParsedAddress {
    name: string;
    address?: string;
    group?: ParsedAddress[];
  }
  export function addressParser(header: string): ParsedAddress[];
  export function decodeWords(header: string): string;
}
