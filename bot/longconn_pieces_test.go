package bot

import (
	"testing"
	"time"
)

func TestPieces(t *testing.T) {
	piece := func(id, sum, seq, text string) *frame {
		return &frame{payload: []byte(text), headers: []frameHeader{{"message_id", id}, {"sum", sum}, {"seq", seq}}}
	}
	var p pieces
	now := testNow
	if got, ok := p.add(piece("a", "1", "0", "whole"), now); !ok || string(got) != "whole" {
		t.Errorf("got %q, %t; want %q, true", got, ok, "whole")
	}
	for _, f := range []*frame{
		piece("b", "3", "2", "c"),
		piece("b", "3", "0", "a"),
		piece("b", "3", "0", "a"),
		piece("c", "2", "0", "x"),
		piece("b", "3", "7", "?"),
	} {
		if got, ok := p.add(f, now); ok {
			t.Errorf("got the payload %q before its last piece, want none", got)
		}
	}
	if got, ok := p.add(piece("b", "3", "1", "b"), now); !ok || string(got) != "abc" {
		t.Errorf("got %q, %t; want %q, true", got, ok, "abc")
	}
	if got, ok := p.add(piece("c", "2", "1", "y"), now.Add(pieceTimeout+time.Second)); ok {
		t.Errorf("got the payload %q from a piece after pieceTimeout, want none", got)
	}
	for i := range 2 * maxIncomplete {
		p.add(piece(string(rune('A'+i)), "2", "0", "x"), now.Add(time.Minute))
	}
	if len(p.open) > maxIncomplete {
		t.Errorf("got %d incomplete payloads, want at most %d", len(p.open), maxIncomplete)
	}
}
