export interface Newsletter {
  name: string;
  address: string;
  colour: string;
  category: 'CATEGORY_PROMOTIONS' | 'CATEGORY_UPDATES' | 'CATEGORY_FORUMS';
  subjects: string[];
  /** An issue has three or four of them. */
  items: [title: string, text: string][];
}

export const newsletters: Newsletter[] = [
  {
    name: 'The Garden Letter',
    address: 'letter@gardenletter.example',
    colour: '#3a6b35',
    category: 'CATEGORY_PROMOTIONS',
    subjects: [
      'What to sow in {month}',
      'Ten plants that forgive everything',
      'The quiet season',
      'Rain, at last',
    ],
    items: [
      [
        'Peas before potatoes',
        'The soil is warm enough a hand below the surface. Sow in double rows and keep the birds away with a few twigs.',
      ],
      [
        'A hedge for wrens',
        'Hawthorn, dog rose and patience: in three years you will have guests for breakfast.',
      ],
      [
        'Tools: the Dutch hoe',
        'Ten minutes every other evening and you will never weed again. Sharpen it like a kitchen knife.',
      ],
      ['Ask the gardener', 'Yellow leaves on the lemon? It wants rain water, not more of it.'],
      ['Compost without smell', 'One part green, one part brown, and turn it when you are in a bad mood.'],
      ['Bulbs for shade', 'Snowdrops, cyclamen and wood anemones ask for nothing but leaf mould.'],
    ],
  },
  {
    name: 'Rails & Trails',
    address: 'news@railsandtrails.example',
    colour: '#1f4e79',
    category: 'CATEGORY_PROMOTIONS',
    subjects: [
      'Night trains are back',
      'A weekend in {place}',
      'Three walks from a station',
      'Slow is the new fast',
    ],
    items: [
      [
        'The coast line reopens',
        'We took the first train and walked back over the cliffs: fourteen kilometres, two cafés and a view that needs no filter.',
      ],
      [
        'Sleeping at 160 km/h',
        'Which berth, which side, and why you should board before the restaurant car closes.',
      ],
      [
        'From platform to summit',
        'Out of the station, past the bakery, up 900 metres. The last bus goes at six; you will not need it.',
      ],
      ['Luggage for a week', 'Seven kilograms, one pair of shoes. Our reader Marta shows how.'],
      ['Map of the month', 'Every line with a window seat worth fighting for, coloured by hand.'],
    ],
  },
  {
    name: 'Signal & Noise',
    address: 'hello@signalnoise.example',
    colour: '#5b2a86',
    category: 'CATEGORY_UPDATES',
    subjects: [
      'The week in databases',
      'Why queues lie',
      'Latency is a distribution',
      'Issue {number}: boring wins',
    ],
    items: [
      [
        'An average hides what people remember',
        'We look at tail latency, at what a histogram can tell, and at a bug that only appeared on the first of the month.',
      ],
      [
        'Postgres, partial indexes and you',
        'Three lines of SQL that made a page forty times faster, and the one that made it slower.',
      ],
      ['Post-mortem of the week', 'A certificate, a weekend and a pager that was in another jacket.'],
      ['Reading list', 'Two papers on consensus, one of them funny.'],
      [
        'Tool: a terminal profiler',
        'It draws flame graphs in plain text. We did not know that we wanted that.',
      ],
      ['From the readers', 'Is a cache without a time limit a bug or a memory leak? Yes.'],
    ],
  },
  {
    name: 'Corner Cinema',
    address: 'programme@cornercinema.example',
    colour: '#8a1c1c',
    category: 'CATEGORY_PROMOTIONS',
    subjects: [
      'This week at the Corner',
      'Silent film with live piano',
      'Members see it first',
      'Late show on {day}',
    ],
    items: [
      ['{day}, 20:15', 'A restored print with live music. Doors open at seven, the bar a little earlier.'],
      [
        'Children on Saturday',
        'Short films about large animals. Popcorn is half a portion, noise is welcome.',
      ],
      [
        'Guest: the director',
        'After the film on {day} she answers questions, in three languages and one mood.',
      ],
      ['Members bring a guest', 'All month, for free. The guest chooses the seats.'],
      ['Lost and found', 'One left glove, an opera glass and a very small shoe.'],
    ],
  },
  {
    name: 'Kitchen Notes',
    address: 'notes@kitchennotes.example',
    colour: '#b35c00',
    category: 'CATEGORY_PROMOTIONS',
    subjects: [
      'One pot, five evenings',
      'In season: {vegetable}',
      '{dish}, the long way',
      'What to do with too many lemons',
    ],
    items: [
      ['{dish}', 'Low heat, one hour, lid on. Do not look too often, it knows what it is doing.'],
      ['The sharp knife', 'A dull one is dangerous and a sad one. Ten strokes on a whetstone every Sunday.'],
      ['Market report', 'Fennel is cheap, tomatoes are not yet worth it, and the first rhubarb has come.'],
      ['Leftovers', 'Yesterday’s rice wants to be fried, with an egg and whatever is green.'],
      [
        'Letter from a reader',
        '"I have cooked it eleven times. My husband now answers to the name of the dish."',
      ],
    ],
  },
  {
    name: 'Town Library',
    address: 'news@townlibrary.example',
    colour: '#2b5d6b',
    category: 'CATEGORY_UPDATES',
    subjects: [
      'New on the shelves',
      'Reading evening on {day}',
      'Your library in {month}',
      'Story hour has a new day',
    ],
    items: [
      ['New: {book}', 'Two copies, and forty reservations. Be quick or be patient.'],
      [
        'Repair café',
        'Bring what is broken to the reading room on {day}. We have glue, screws and people who like both.',
      ],
      ['Opening hours', 'From {month} on we are open on Thursdays until nine. The lift works again.'],
      ['Story hour', 'For listeners from four. Cushions are there, giraffes are in the book.'],
    ],
  },
  {
    name: 'Northlight Photo',
    address: 'studio@northlightphoto.example',
    colour: '#333a45',
    category: 'CATEGORY_PROMOTIONS',
    subjects: [
      'Workshop: portraits in window light',
      'Prints, 20 % off until {day}',
      'The best hour of the day',
    ],
    items: [
      ['Window light', 'Turn your sitter by a hand and wait. A free evening on {day}, eight places.'],
      ['Paper matters', 'We compare five papers, with the same picture and the same coffee stain.'],
      ['Gallery', 'Fog, by forty readers. Number 12 was taken with a telephone.'],
    ],
  },
  {
    name: 'Cooperative Bank',
    address: 'news@coopbank.example',
    colour: '#0a5c36',
    category: 'CATEGORY_UPDATES',
    subjects: ['Your monthly overview', 'Changes to our terms from {month}', 'Saving for something round'],
    items: [
      [
        'Transfers in ten seconds',
        'Instant transfers are now free of charge, day and night, also on Sundays.',
      ],
      ['Beware of false letters', 'We never ask for your password, neither by mail nor by telephone.'],
      ['General meeting', 'All members are invited on {day} at 18:00. There will be soup.'],
      ['Our terms', 'Section 4 now says more clearly what it said before. You need do nothing.'],
    ],
  },
  {
    name: 'Running Club East',
    address: 'list@runningclubeast.example',
    colour: '#9c1f5c',
    category: 'CATEGORY_FORUMS',
    subjects: ['Sunday: long and slow', 'Results of the {place} half', 'Track is closed on {day}'],
    items: [
      ['Sunday', 'Meet at the bridge at nine. Eighteen kilometres, talking pace, coffee at twelve.'],
      ['Results', 'Four of us under 1:40, all of us smiling at kilometre nineteen, which nobody believes.'],
      ['Shoes', 'The collection goes to the shelter on {day}. Please tie them together.'],
    ],
  },
];
