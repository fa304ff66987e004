import type { SampleContext } from './context.ts';

const books = [
  'The Cartographer of Small Towns',
  'A Winter of Letters',
  'Salt and Ink',
  'The Clockmaker’s Apprentice',
  'Nine Doors',
  'What the River Kept',
  'An Ordinary Comet',
];
const dishes = [
  'lentil soup',
  'onion tart',
  'mushroom risotto',
  'plum dumplings',
  'chickpea stew',
  'leek gratin',
];
const cities = [
  'Aarhus',
  'Bergen',
  'Bologna',
  'Bremen',
  'Bruges',
  'Coimbra',
  'Cork',
  'Delft',
  'Freiburg',
  'Galway',
  'Ghent',
  'Girona',
  'Graz',
  'Innsbruck',
  'Kraków',
  'Lausanne',
  'Leeds',
  'Lille',
  'Linz',
  'Ljubljana',
  'Lucca',
  'Lund',
  'Lyon',
  'Mainz',
  'Malmö',
  'Nantes',
  'Oslo',
  'Porto',
  'Riga',
  'Salzburg',
  'San Sebastián',
  'Siena',
  'Strasbourg',
  'Tallinn',
  'Toulouse',
  'Trieste',
  'Turku',
  'Utrecht',
  'Vilnius',
  'York',
];
const streets = [
  'Mill Lane',
  'Harbour Street',
  'Station Road',
  'Chestnut Avenue',
  'Rope Walk',
  'Church Hill',
  'Bridge Street',
  'Garden Row',
  'Canal Side',
  'Baker’s Yard',
  'Linden Street',
  'Fishmarket',
  'Orchard Way',
  'Tower Street',
];
const vegetables = ['fennel', 'rhubarb', 'kale', 'asparagus', 'pumpkin', 'chard'];
const projects = ['Harbour', 'Lighthouse', 'Juniper', 'Atlas', 'Meridian'];
const companies = ['Northlight', 'Harbour Works', 'Juniper Lab', 'Bright & Co', 'Kestrel Freight'];

/** Puts names, days and sums into a text: the same ones wherever it is called again. `at` is its time. */
export function filler(context: SampleContext, at: number, locale = 'en'): (text: string) => string {
  const { random, people } = context;
  const soon = new Date(at + random.between(2, 6) * 86_400_000);
  const next = new Date(at + random.between(15, 40) * 86_400_000);
  const euros = (least: number, most: number) => `€ ${grouped(random.between(least, most))}`;
  const [first, second] = random.some(
    people.filter(({ language }) => language === 'en'),
    2,
  );
  const values: Record<string, string> = {
    day: nameOf('weekday', locale, soon),
    month: nameOf('month', locale, next),
    quarter: `Q${Math.floor(next.getUTCMonth() / 3) + 1}`,
    street: random.pick(streets),
    place: random.pick(cities),
    house: String(random.between(2, 140)),
    number: String(random.between(1_200, 9_800)),
    issue: String(random.between(120, 2_400)),
    version: `${random.between(1, 6)}.${random.between(0, 19)}.0`,
    amount: euros(60, 2_400),
    amount2: euros(2_500, 9_000),
    amount_small: euros(8, 40),
    name: first!.name,
    name2: second!.name,
    project: random.pick(projects),
    company: random.pick(companies),
    book: random.pick(books),
    dish: random.pick(dishes),
    vegetable: random.pick(vegetables),
  };
  return (text) => text.replace(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function nameOf(part: 'weekday' | 'month', locale: string, date: Date): string {
  const key = `${part} ${locale}`;
  let format = formats.get(key);
  if (!format)
    formats.set(key, (format = new Intl.DateTimeFormat(locale, { [part]: 'long', timeZone: 'UTC' })));
  return format.format(date);
}

function grouped(number: number): string {
  return String(number).replace(/(\d)(\d{3})$/, '$1,$2');
}
