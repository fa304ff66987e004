// What HTML of a mail may be. The lists are about looks: nothing here loads, runs, submits, names itself or leaves its box.

const names = (list: string): Set<string> => new Set(list.split(/\s+/));

export const allowedTags = names(
  `a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn
  div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s
  samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr`,
);

export const voidTags = names('br col hr img wbr');

/** Their text is code, or belongs to a thing that is gone. */
export const silentTags = names('iframe noembed noframes option script style template textarea title xmp');

export const plainAttributes = names(
  `align bgcolor border cellpadding cellspacing clear color colspan dir face height lang nowrap open rowspan
  size span start type valign value width`,
);

/** What a plain attribute may hold; it needs no escaping. */
export const plainValue = /^[\w\s#%.,()+-]{0,100}$/;
