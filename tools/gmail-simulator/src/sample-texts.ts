// What people write. Each topic is a conversation: a subject, how it opens, and how it goes on.
export interface Topic {
  subject: string;
  opening: string[];
  replies: string[];
}

export const topics: Topic[] = [
  {
    subject: 'Lunch on {day}?',
    opening: [
      'Are you free for lunch on {day}? There is a new place on {street} that I would like to try.',
      'They take no reservations, so we should be there before noon.',
    ],
    replies: [
      '{day} works for me. Shall we say a quarter to twelve?',
      'I have a call until twelve, can we make it half past?',
      'Half past is fine, I will go ahead and keep a table.',
      'Ana would like to join us, is that all right?',
      'Of course. See you there!',
      'Running five minutes late, please order the soup for me.',
    ],
  },
  {
    subject: 'Budget for {quarter}',
    opening: [
      'attached is the first draft of the budget for {quarter}. The travel line is a guess until the conference dates are settled.',
      'Please look at rows 12 to 18 before {day}.',
    ],
    replies: [
      'The hosting figure looks low to me: we paid {amount} last quarter and have grown since.',
      'Good catch. I forgot the second region; new figure is {amount}.',
      'I would rather move the training budget than cut it.',
      'Agreed. I have moved {amount} from hardware.',
      'Finance wants the final numbers by {day} noon.',
      'Done, the sheet is locked now. Thank you all.',
      'One more question: does the {amount} include tax?',
      'It does not. I have added a note to the cell.',
    ],
  },
  {
    subject: 'Moving the {project} release',
    opening: [
      'we found a problem with the migration in {project}: on large accounts it takes forty minutes instead of four.',
      'I propose that we move the release to {day} and use the time to test with a copy of real data.',
    ],
    replies: [
      'Can we release without that migration and run it later?',
      'Not easily, the new index depends on it.',
      'Then {day} it is. I will tell support.',
      'I can reproduce it. The slow part is one query, I have a patch.',
      'With the patch it takes three minutes on the copy. Review welcome.',
      'Reviewed, two small remarks.',
      'Both fixed. Shall I merge?',
      'Yes please. Great work.',
      'Merged. The nightly run is green.',
    ],
  },
  {
    subject: 'Photos from the {place} trip',
    opening: [
      'finally sorted the photos from {place}. There are about two hundred, the best are at the beginning.',
      'The one with the goat is not what it looks like.',
    ],
    replies: [
      'These are wonderful! Can I print the one at the lake?',
      'Of course, take whatever you like.',
      'Mum asks whether you have the one with all of us at the table.',
      'It is number 148. I have sent her the large version.',
      'We should go again next year.',
    ],
  },
  {
    subject: 'Flat viewing, {street} {number}',
    opening: [
      'I can show you the flat at {street} {number} on {day} at 18:00 or on Saturday at 10:00.',
      'The rent is {amount} a month including heating. The kitchen stays.',
    ],
    replies: [
      'Saturday at ten would be perfect. Is there a cellar?',
      'There is, and a place for bicycles in the yard.',
      'Thank you for the visit. We would like to take it.',
      'I am glad to hear that. I will send the contract on {day}.',
      'The contract has arrived, one question about paragraph 7.',
      'That is a standard clause, but I can strike it.',
      'Signed and in the post. Thank you!',
    ],
  },
  {
    subject: 'Question about invoice {number}',
    opening: [
      'we received invoice {number} over {amount}, but our order was for three units and you have charged four.',
      'Could you have a look?',
    ],
    replies: [
      'Sorry about that. You are right, I am sending a corrected invoice today.',
      'The corrected one is attached. Please discard the first.',
      'Received and paid, thank you for the quick answer.',
    ],
  },
  {
    subject: 'Reading group: {book}',
    opening: [
      'next time we read {book}. Shall we meet on {day} at my place again?',
      'I will make something to eat; please bring drinks.',
    ],
    replies: [
      'I am in. I have started it already and cannot put it down.',
      'Can we do it a week later? I am away.',
      'A week later suits me too.',
      'Fine, then the week after. Chapter one to six?',
      'One to eight, six ends in the middle of everything.',
      'No spoilers please!',
      'I did not like the ending at all. There, I said it.',
      'Looking forward to the discussion.',
    ],
  },
  {
    subject: 'Interview with {name}',
    opening: [
      '{name} comes in on {day} at two. Could you take the technical part?',
      'The CV and the work sample are attached.',
    ],
    replies: [
      'Happy to. How long do I have?',
      'An hour, then coffee with the team.',
      'I liked the work sample a lot, especially the tests.',
      'My notes: strong on design, little experience with operations. A clear yes from me.',
      'Same here. I will call tomorrow.',
      'We have a yes! First day is the first of next month.',
    ],
  },
];

export const newsletters = [
  {
    name: 'The Garden Letter',
    address: 'letter@garden.example',
    subjects: ['What to sow in {month}', 'Ten plants that forgive everything', 'The quiet season'],
    color: '#3a6b35',
    text: 'Early mornings are cold, but the soil is already warm enough for peas and broad beans. Sow them in double rows, a hand apart, and keep the birds away with a few twigs.',
  },
  {
    name: 'Rails & Trails',
    address: 'news@railstrails.example',
    subjects: ['Night trains are back', 'A weekend in {place}', 'Three walks from a station'],
    color: '#1f4e79',
    text: 'The line along the coast opens again in {month}. We took the first train and walked back over the cliffs: fourteen kilometres, two cafés, and a view that needs no filter.',
  },
  {
    name: 'Signal & Noise',
    address: 'hello@signalnoise.example',
    subjects: ['The week in databases', 'Why queues lie', 'Latency is a distribution'],
    color: '#5b2a86',
    text: 'An average hides the requests that people remember. This week we look at tail latency, at what a histogram can tell you, and at a bug that only appeared on the first of the month.',
  },
  {
    name: 'Corner Cinema',
    address: 'programme@cornercinema.example',
    subjects: ['This week at the Corner', 'Silent film with live piano', 'Members see it first'],
    color: '#8a1c1c',
    text: 'On {day} we show a restored print with live music. Doors open at seven, the bar a little earlier. Members may bring a guest for free.',
  },
];

export const shops = [
  {
    name: 'Paper & Pencil',
    address: 'orders@paperpencil.example',
    items: ['Notebook, dotted, A5', 'Mechanical pencil 0.5', 'Ink, midnight blue', 'Desk calendar'],
  },
  {
    name: 'Kitchen Bazaar',
    address: 'service@kitchenbazaar.example',
    items: ['Cast iron pan, 26 cm', 'Bread knife', 'Mixing bowl set', 'Linen tea towels, 4 pcs'],
  },
  {
    name: 'Cycle Works',
    address: 'shop@cycleworks.example',
    items: ['Inner tube 28"', 'Chain, 10-speed', 'Brake pads', 'Rear light, USB'],
  },
];
