package flows

import (
	"strconv"

	"shiming/cards"
)

// ConversationCard shows an admin the conversation with an applicant, with an input for an answer while it goes on.
func ConversationCard(c *Case) cards.Card {
	card := cards.Conversation{
		Ref:        CardRef(c),
		Applicant:  c.OpenID,
		MaskedName: MaskedName(c),
		State:      string(c.State),
		Open:       c.Talks(),
	}
	for _, x := range c.Personal.Exchanges {
		if x.Talk {
			card.Exchanges = append(card.Exchanges, cards.Exchange{
				By:       x.By,
				At:       x.At,
				Question: cards.Question{Text: withoutName(c, x.Text)},
			})
		}
	}
	return card
}

// HRWordsCard shows the applicant the words of an admin, of the exchange with the number; nil if they are gone.
func HRWordsCard(c *Case, number string) cards.Card {
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(c.Personal.Exchanges) || !c.Personal.Exchanges[i].Talk {
		return nil
	}
	x := c.Personal.Exchanges[i]
	return cards.HRWords{Ref: CardRef(c), By: x.By, Words: x.Text, Open: c.Talks()}
}
