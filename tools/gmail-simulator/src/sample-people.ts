import type { Faker } from '@faker-js/faker';

export interface Person {
  name: string;
  address: string;
  /** Decides how this person's program writes mail. */
  charset: 'utf-8' | 'iso-8859-1' | 'windows-1252' | 'shift_jis' | 'koi8-r' | 'gb18030';
  greeting: string;
  closing: string;
}

export const owner = { name: 'Robin Ferrer', address: 'robin.ferrer@example.com' };

const foreign: Omit<Person, 'address'>[] = [
  { name: 'Jürgen Weiß', charset: 'iso-8859-1', greeting: 'Hallo Robin,', closing: 'Viele Grüße\nJürgen' },
  { name: 'Zoë Lefèvre', charset: 'windows-1252', greeting: 'Bonjour Robin,', closing: 'À bientôt,\nZoë' },
  {
    name: '山田 花子',
    charset: 'shift_jis',
    greeting: 'ロビンさん、こんにちは。',
    closing: 'よろしくお願いします。\n山田',
  },
  { name: 'Ирина Соколова', charset: 'koi8-r', greeting: 'Привет, Робин!', closing: 'С уважением,\nИрина' },
  { name: '王小明', charset: 'gb18030', greeting: '罗宾你好，', closing: '祝好\n小明' },
  { name: 'Åsa Lindström', charset: 'utf-8', greeting: 'Hej Robin,', closing: 'Ha det gott 🙂\nÅsa' },
];

/** The same people in every run of a seed: whom the mailbox's owner knows. */
export function samplePeople(faker: Faker, count: number): Person[] {
  const people = Array.from({ length: count - foreign.length }, (): Person => {
    const first = faker.person.firstName();
    const name = `${first} ${faker.person.lastName()}`;
    return {
      name,
      address: addressOf(name, faker.helpers.arrayElement(['example.com', 'example.org', 'example.net'])),
      charset: 'utf-8',
      greeting: faker.helpers.arrayElement(['Hi Robin,', 'Hello Robin,', 'Robin,', 'Hey,', 'Dear Robin,']),
      closing: `${faker.helpers.arrayElement(['Best', 'Thanks', 'Cheers', 'All the best', 'See you'])},\n${first}`,
    };
  });
  return [
    ...people,
    ...foreign.map((person, index) => ({ ...person, address: `contact${index + 1}@example.net` })),
  ];
}

function addressOf(name: string, domain: string): string {
  return `${name
    .toLowerCase()
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '')}@${domain}`;
}
