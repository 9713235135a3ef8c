package bot

import (
	"bytes"
	"time"
)

const (
	pieceTimeout  = 5 * time.Second // as in the SDK; the platform sends all pieces together
	maxIncomplete = 64              // limit of incomplete payloads in memory
)

// pieces joins payloads that arrive in several frames. It is not safe for concurrent use.
type pieces struct {
	open map[string]*incomplete // by message_id
}

type incomplete struct {
	parts [][]byte // nil for a missing piece
	have  int      // number of received pieces
	since time.Time
}

// add returns the payload when its last piece has arrived. It drops pieces with impossible numbers, and new payloads
// while maxIncomplete are open.
func (p *pieces) add(f *frame, now time.Time) (payload []byte, whole bool) {
	sum, seq := f.number(frameHeaderSum), f.number(frameHeaderSeq)
	if sum <= 1 {
		return f.payload, true
	}
	if sum > maxSocketMessage/1024 || seq < 0 || seq >= sum {
		return nil, false
	}
	for id, i := range p.open {
		if now.Sub(i.since) > pieceTimeout {
			delete(p.open, id)
		}
	}
	id := f.header(frameHeaderMessageID)
	i := p.open[id]
	if i == nil || len(i.parts) != sum {
		if len(p.open) >= maxIncomplete {
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
