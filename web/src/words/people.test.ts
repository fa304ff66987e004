import { describe, expect, it } from '@jest/globals';
import { colourOf, initialsOf, nameOf, recipientsInWords } from './people.ts';

const person = (name: string, address = 'someone@example.com') => ({ name, address });

describe('a person in a list', () => {
  it('is called by name, else by address, else unknown', () => {
    expect(nameOf(person('Åsa Lindström'))).toBe('Åsa Lindström');
    expect(nameOf(person('  '))).toBe('someone@example.com');
    expect(nameOf(person('', ''))).toBe('Unknown sender');
  });

  it.each([
    ['Anna Maria Weber', 'AW'],
    ['山田 花子', '山花'],
    ['🙂 Zoë', 'Z'],
    ['"Support" <team>', 'ST'],
    ['', 'S'],
    ['+++', '?'],
  ])('%s has the initials %s', (name, initials) => {
    expect(initialsOf(person(name))).toBe(initials);
  });

  it('keeps a colour, however the address is written', () => {
    const colour = colourOf(person('A', 'Anna@Example.com'), 8);
    expect(colourOf(person('B', 'anna@example.com'), 8)).toBe(colour);
    expect(colour).toBeGreaterThanOrEqual(0);
    expect(colour).toBeLessThan(8);
  });
});

describe('the recipients of a message', () => {
  const own = new Set(['robin@example.com']);
  const robin = person('Robin', 'Robin@example.com');
  it.each([
    [[], 'nobody named'],
    [[robin], 'me'],
    [[robin, person('Anna')], 'me and Anna'],
    [[person('Anna'), robin, person('Ben')], 'Anna, me and Ben'],
    [[robin, person('Anna'), person('Ben'), person('Cleo'), person('Dan')], 'me, Anna and 3 others'],
  ])('%# read like a sentence', (recipients, words) => {
    expect(recipientsInWords(recipients, own)).toBe(words);
  });
});
