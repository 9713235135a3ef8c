package keyset

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// fileFormat is the content of a keyset file.
//
// Version 1 has both sets in Tink's JSON, not encrypted: AEAD becomes the sealing key of epoch 1, and PRF its index
// key as well as the hashing set. Such a file is read, and never written.
//
// Version 2 has either Keys, in clear, or WrappedBy and Wrapped, which is the JSON of Keys under a key from outside. Its
// epochs share one hashing set. Such a file is read, and never written.
//
// Version 3 has a hashing set in each epoch, and the seeds of the keys that sign evidence, which were derived from the
// hashing set before.
type fileFormat struct {
	Version int             `json:"version"`
	AEAD    json.RawMessage `json:"aead,omitempty"`
	PRF     json.RawMessage `json:"prf,omitempty"`

	Keys      *fileKeys `json:"keys,omitempty"`
	WrappedBy string    `json:"wrapped_by,omitempty"` // name of the key, see Wrapping
	Wrapped   []byte    `json:"wrapped,omitempty"`
}

const fileVersion = 3

// fileKeys are the keys of a file of version 2 or 3, each set in Tink's JSON.
type fileKeys struct {
	Hashing json.RawMessage `json:"hashing,omitempty"` // of a file of version 2
	Signing [][]byte        `json:"signing,omitempty"` // seeds, see SigningKeys
	Epochs  []fileEpoch     `json:"epochs"`            // ascending
	Retired []Retired       `json:"retired,omitempty"`
}

type fileEpoch struct {
	Epoch   int             `json:"epoch"`
	Created time.Time       `json:"created,omitzero"`
	Seal    json.RawMessage `json:"seal"`
	Index   json.RawMessage `json:"index"`
	Hash    json.RawMessage `json:"hash,omitempty"`
}

// fileAAD binds the wrapped keys to their purpose. It has stayed the same since version 2.
const fileAAD = "shiming keyset 2"

// encode returns the content of a keyset file, of version 3. wrapping may be nil.
func (k *Keyset) encode(wrapping *Wrapping) ([]byte, error) {
	s := k.state.Load()
	keys := fileKeys{Signing: s.signing, Retired: s.retired}
	var err error
	for _, e := range s.epochs {
		out := fileEpoch{Epoch: e.number, Created: e.created}
		if out.Seal, err = encodeHandle(e.seal); err != nil {
			return nil, err
		}
		if out.Index, err = encodeHandle(e.index); err != nil {
			return nil, err
		}
		if out.Hash, err = encodeHandle(e.hash); err != nil {
			return nil, err
		}
		keys.Epochs = append(keys.Epochs, out)
	}
	file := fileFormat{Version: fileVersion, Keys: &keys}
	if wrapping != nil {
		clear, err := json.Marshal(keys)
		if err != nil {
			return nil, err
		}
		file.Keys, file.WrappedBy = nil, wrapping.Name
		if file.Wrapped, err = wrapping.encrypt(clear); err != nil {
			return nil, err
		}
	}
	raw, err := json.MarshalIndent(file, "", "  ")
	return append(raw, '\n'), err
}

func encodeHandle(h *keyset.Handle) (json.RawMessage, error) {
	var buf bytes.Buffer
	err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&buf))
	return buf.Bytes(), err
}

func decodeHandle(raw json.RawMessage) (*keyset.Handle, error) {
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(raw)))
	if err != nil {
		return nil, fmt.Errorf("damaged; restore your copy")
	}
	return h, nil
}

// decode reads the content of a keyset file. wrapping may be nil. Its errors do not quote the content.
func decode(raw []byte, wrapping *Wrapping) (k *Keyset, wrapped bool, err error) {
	var file fileFormat
	if json.Unmarshal(raw, &file) != nil {
		return nil, false, fmt.Errorf("not a keyset file: cut off or damaged; restore your copy")
	}
	switch file.Version {
	case 1:
		k, err = decodeV1(file)
		return k, false, err
	case 2, fileVersion:
	default:
		return nil, false, fmt.Errorf("keyset version %d, this program knows %d; "+
			"restore your copy, or use the newer program that wrote it", file.Version, fileVersion)
	}
	if wrapped = file.WrappedBy != ""; wrapped {
		clear, err := wrapping.decrypt(file.WrappedBy, file.Wrapped)
		if err != nil {
			return nil, true, err
		}
		file.Keys = new(fileKeys)
		if json.Unmarshal(clear, file.Keys) != nil {
			return nil, true, fmt.Errorf("damaged; restore your copy")
		}
	}
	if file.Keys == nil || len(file.Keys.Epochs) == 0 {
		return nil, wrapped, fmt.Errorf("no keys in it; restore your copy")
	}
	if file.Version == 2 {
		k, err = decodeShared(file.Keys)
	} else {
		k, err = decodeKeys(file.Keys)
	}
	return k, wrapped, err
}

func decodeV1(file fileFormat) (*Keyset, error) {
	return decodeShared(&fileKeys{
		Hashing: file.PRF,
		Epochs:  []fileEpoch{{Epoch: 1, Seal: file.AEAD, Index: file.PRF}},
	})
}

// decodeShared reads keys whose epochs share one hashing set, from which the keys that sign evidence are derived.
func decodeShared(keys *fileKeys) (*Keyset, error) {
	hashing, err := decodeHandle(keys.Hashing)
	if err != nil {
		return nil, err
	}
	if keys.Signing, err = derivedSeeds(hashing); err != nil {
		return nil, fmt.Errorf("keys of the wrong kind; restore your copy")
	}
	for i := range keys.Epochs {
		keys.Epochs[i].Hash = keys.Hashing
	}
	return decodeKeys(keys)
}

func decodeKeys(keys *fileKeys) (*Keyset, error) {
	if !validSeeds(keys.Signing) {
		return nil, fmt.Errorf("damaged; restore your copy")
	}
	var epochs []epoch
	for _, in := range keys.Epochs {
		if last := len(epochs) - 1; in.Epoch < 1 || last >= 0 && in.Epoch <= epochs[last].number {
			return nil, fmt.Errorf("epochs out of order; restore your copy")
		}
		seal, err := decodeHandle(in.Seal)
		if err != nil {
			return nil, err
		}
		index, err := decodeHandle(in.Index)
		if err != nil {
			return nil, err
		}
		hash, err := decodeHandle(in.Hash)
		if err != nil {
			return nil, err
		}
		e, err := fromHandles(in.Epoch, in.Created, seal, index, hash)
		if err != nil {
			return nil, fmt.Errorf("keys of the wrong kind; restore your copy")
		}
		epochs = append(epochs, e)
	}
	return fromParts(keys.Signing, epochs, keys.Retired), nil
}
