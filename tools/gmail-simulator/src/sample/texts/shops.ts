export interface Shop {
  name: string;
  address: string;
  colour: string;
  /** With the price in cents. */
  items: [name: string, cents: number][];
}

export const shops: Shop[] = [
  {
    name: 'Paper & Pencil',
    address: 'orders@paperandpencil.example',
    colour: '#2d3e50',
    items: [
      ['Notebook, dotted, A5', 1490],
      ['Mechanical pencil 0.5', 890],
      ['Ink, midnight blue, 50 ml', 1250],
      ['Desk calendar', 1650],
      ['Fountain pen, medium', 4900],
    ],
  },
  {
    name: 'Kitchen Bazaar',
    address: 'service@kitchenbazaar.example',
    colour: '#a0411b',
    items: [
      ['Cast iron pan, 26 cm', 5490],
      ['Bread knife', 3200],
      ['Mixing bowls, set of 3', 2790],
      ['Linen tea towels, 4 pcs', 1990],
      ['Whetstone 1000/3000', 3450],
    ],
  },
  {
    name: 'Cycle Works',
    address: 'shop@cycleworks.example',
    colour: '#00695c',
    items: [
      ['Inner tube 28"', 690],
      ['Chain, 10-speed', 2450],
      ['Brake pads, pair', 1280],
      ['Rear light, USB', 2190],
      ['Saddle bag, small', 2900],
    ],
  },
  {
    name: 'Bookshop am Markt',
    address: 'bestellung@bookshop-am-markt.example',
    colour: '#5d4037',
    items: [
      ['Atlas of Small Islands', 2800],
      ['The Long Winter, paperback', 1290],
      ['A Field Guide to Clouds', 1850],
      ['Bread, and How to Wait for It', 3400],
    ],
  },
  {
    name: 'Tea & Leaf',
    address: 'hello@teaandleaf.example',
    colour: '#4e6b2f',
    items: [
      ['Assam, second flush, 250 g', 1380],
      ['Sencha, 100 g', 1590],
      ['Rooibos, 200 g', 750],
      ['Tea pot, 0.8 l', 3600],
    ],
  },
  {
    name: 'Wool Street',
    address: 'post@woolstreet.example',
    colour: '#7b3f61',
    items: [
      ['Merino, 100 g, moss', 1190],
      ['Needles, bamboo, 4 mm', 980],
      ['Pattern: Harbour jumper', 600],
      ['Buttons, horn, 6 pcs', 850],
    ],
  },
];
