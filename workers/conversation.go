package workers

import (
	"context"

	"shiming/cards"
	"shiming/flows"
)

// conversationCard builds the card with the words of a conversation for the one who has not said them.
func conversationCard(ctx context.Context, v flows.View, j flows.Job) (cards.Card, error) {
	c, err := v.Case(ctx, j.Case)
	if err != nil {
		return nil, err
	}
	if j.Template() == flows.ReplyHRWords {
		return flows.HRWordsCard(c, j.Args[flows.ArgExchange]), nil
	}
	return flows.ConversationCard(c), nil
}
