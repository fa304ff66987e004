import type { Faker } from '@faker-js/faker';
import type { Random } from '../random.ts';

export interface Address {
  name: string;
  address: string;
}

export interface Person extends Address {
  /** Key of the threads that this person begins; also the locale of dates. */
  language: string;
  /** What this person's program writes. */
  charset: string;
  program: 'webmail' | 'outlook' | 'apple' | 'mutt';
  greeting: string;
  closing: string;
}

export const owner: Address = { name: 'Robin Ferrer', address: 'robin.ferrer@example.com' };

const foreigners: Omit<Person, 'program'>[] = [
  {
    name: 'Jürgen Weiß',
    address: 'juergen.weiss@tischlerei-weiss.example',
    language: 'de',
    charset: 'iso-8859-1',
    greeting: 'Guten Tag Robin Ferrer,',
    closing: 'Mit freundlichen Grüßen\nJürgen Weiß',
  },
  {
    name: 'Anneke Böhm',
    address: 'anneke.boehm@post.example',
    language: 'de',
    charset: 'iso-8859-15',
    greeting: 'Hallo Robin,',
    closing: 'Liebe Grüße\nAnneke',
  },
  {
    name: 'Zoë Lefèvre',
    address: 'zoe.lefevre@courrier.example',
    language: 'fr',
    charset: 'windows-1252',
    greeting: 'Bonjour Robin,',
    closing: 'À bientôt,\nZoë',
  },
  {
    name: 'Iñaki Ordóñez',
    address: 'inaki.ordonez@correo.example',
    language: 'es',
    charset: 'iso-8859-1',
    greeting: 'Hola Robin:',
    closing: 'Un abrazo,\nIñaki',
  },
  {
    name: '山田 花子',
    address: 'hanako.yamada@kitakaze.example',
    language: 'ja',
    charset: 'shift_jis',
    greeting: 'ロビン様',
    closing: 'よろしくお願いいたします。\n山田 花子',
  },
  {
    name: 'Ирина Соколова',
    address: 'irina.sokolova@pochta.example',
    language: 'ru',
    charset: 'koi8-r',
    greeting: 'Здравствуйте, Робин!',
    closing: 'С уважением,\nИрина',
  },
  {
    name: 'Олег Марченко',
    address: 'o.marchenko@sever.example',
    language: 'ru',
    charset: 'windows-1251',
    greeting: 'Добрый день, Робин!',
    closing: 'С уважением,\nОлег Марченко',
  },
  {
    name: '王小明',
    address: 'xiaoming.wang@changhe.example',
    language: 'zh',
    charset: 'gb18030',
    greeting: '罗宾，您好！',
    closing: '此致\n敬礼\n王小明',
  },
  {
    name: 'Åsa Lindström',
    address: 'asa.lindstrom@norrsken.example',
    language: 'sv',
    charset: 'utf-8',
    greeting: 'Hej Robin!',
    closing: 'Kram,\nÅsa',
  },
  {
    name: 'Michał Wójcik',
    address: 'michal.wojcik@wisla.example',
    language: 'pl',
    charset: 'iso-8859-2',
    greeting: 'Dzień dobry,',
    closing: 'Pozdrawiam\nMichał Wójcik',
  },
  {
    name: '김민준',
    address: 'minjun.kim@hangang.example',
    language: 'ko',
    charset: 'euc-kr',
    greeting: '로빈 님께,',
    closing: '김민준 드림',
  },
];

const domains = [
  'example.com',
  'example.org',
  'example.net',
  'northlight.example',
  'harbour-works.example',
  'juniper-lab.example',
  'mail.example',
  'post.example',
];
const programs = ['webmail', 'webmail', 'webmail', 'outlook', 'apple', 'mutt'] as const;

/** The same people in every run of a seed: whom the mailbox's owner knows. */
export function samplePeople(faker: Faker, random: Random, count: number): Person[] {
  const taken = new Set<string>();
  const people: Person[] = foreigners.map((person) => ({ ...person, program: random.pick(programs) }));
  while (people.length < count) {
    const first = faker.person.firstName();
    const last = faker.person.lastName();
    const address = `${addressName(first)}.${addressName(last)}@${random.pick(domains)}`;
    if (taken.has(first) || taken.has(address)) continue;
    taken.add(first).add(address);
    people.push({
      name: `${first} ${last}`,
      address,
      language: 'en',
      charset: 'utf-8',
      program: random.pick(programs),
      greeting: random.pick(['Hi Robin,', 'Hello Robin,', 'Robin,', 'Dear Robin,', 'Hi Robin,']),
      closing: `${random.pick(['Best', 'Thanks', 'Cheers', 'All the best', 'Yours', 'Warmly'])},\n${first}`,
    });
  }
  return people;
}

function addressName(name: string): string {
  return name
    .normalize('NFD')
    .toLowerCase()
    .replace(/[^a-z]+/g, '');
}
