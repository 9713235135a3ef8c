// Where the states stand in the diagram, and which state a card's stage is. The states themselves and the ways between them are in
// flow.json, which a test holds to the bot's own table.

// places: column and row.
export const places = {
  awaiting_consent: [0, 1], awaiting_photos: [1, 1], awaiting_confirmation: [2, 1], awaiting_code: [3, 1], checking: [4, 1], awaiting_review: [5, 1],
  recording: [6, 1], filing: [7, 1], done: [8, 1], needs_attention: [5, 0], declined: [0, 2], withdrawn: [2, 2], expired: [4, 2], rejected: [6, 2],
};

const stages = {
  consent: 'awaiting_consent', photos: 'awaiting_photos', confirmation: 'awaiting_confirmation', code: 'awaiting_code', checking: 'checking', review: 'awaiting_review',
  recording: 'recording', filing: 'filing', attention: 'needs_attention', done: 'done', rejected: 'rejected', declined: 'declined', withdrawn: 'withdrawn', expired: 'expired',
  closed: 'rejected', // HR has closed a case that was stuck
};

export const stateOf = (stage) => stages[stage] || '';
