// Positions of the states in the diagram, and the state of each stage of a card. States and transitions are in
// flow.json, which a test compares with the bot's own table.

// places holds column and row. The path goes right along the top and back along the bottom.
export const places = {
  awaiting_consent: [0, 0], awaiting_photos: [1, 0], awaiting_confirmation: [2, 0], awaiting_code: [3, 0], checking: [4, 0], awaiting_review: [5, 0],
  awaiting_bank_card: [1, 2], awaiting_face: [0, 2],
  declined: [0, 1], withdrawn: [1, 1], expired: [2, 1], needs_attention: [3, 1], on_file: [4, 1], rejected: [5, 1],
  done: [2, 2], filing: [3, 2], recording: [4, 2], decided: [5, 2],
};

const stages = {
  consent: 'awaiting_consent', photos: 'awaiting_photos', confirmation: 'awaiting_confirmation', bank_card: 'awaiting_bank_card', code: 'awaiting_code', face: 'awaiting_face', checking: 'checking', review: 'awaiting_review',
  recording: 'recording', filing: 'filing', attention: 'needs_attention', done: 'done', on_file: 'on_file', rejected: 'rejected', declined: 'declined', withdrawn: 'withdrawn', expired: 'expired',
  closed: 'rejected', // HR has closed a suspended case
};

export const stateOf = (stage) => stages[stage] || '';

// ended holds the final stages.
export const ended = (stage) => ['done', 'on_file', 'rejected', 'declined', 'withdrawn', 'expired', 'closed'].includes(stage);

// platforms holds the display names of the upstreams.
export const platforms = { feishu: 'Feishu', esign: 'e签宝', tencent: 'Tencent Cloud' };
