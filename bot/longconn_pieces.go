package bot

import (
	"bytes"
	"time"
)

const (
	pieceLife = 5 * time.Second // as in the SDK; the platform sends them at once
	mostWhole = 64              // pushes that may be incomplete at a time
)

// pieces puts payloads together that came in several frames. One goroutine uses it.
type pieces struct{ open map[string]*incomplete }

type incomplete struct {
	parts [][]byte
	have  int
	since time.Time
}

// add returns the whole payload once all its pieces are there.
func (p *pieces) add(f *frame, now time.Time) (payload []byte, whole bool) {
	sum, seq := f.number(frameHeaderSum), f.number(frameHeaderSeq)
	if sum <= 1 {
		return f.payload, true
	}
	if sum > maxSocketMessage/1024 || seq < 0 || seq >= sum {
		return nil, false
	}
	for id, i := range p.open {
		if now.Sub(i.since) > pieceLife {
			delete(p.open, id)
		}
	}
	id := f.header(frameHeaderMessageID)
	i := p.open[id]
	if i == nil || len(i.parts) != sum {
		if len(p.open) >= mostWhole {
			return nil, false
		}
		i = &incomplete{parts: make([][]byte, sum), since: now}
		if p.open == nil {
			p.open = map[string]*incomplete{}
		}
		p.open[id] = i
	}
	if i.parts[seq] == nil {
		i.parts[seq] = f.payload
		i.have++
	}
	if i.have < sum {
		return nil, false
	}
	delete(p.open, id)
	return bytes.Join(i.parts, nil), true
}
