// Package phone takes pictures as a phone does, of which it knows what is wrong with them: the held-out set of
// bench/photos. A scene lies on a table in millimetres; a camera with a pose, a lens and a sensor looks at it.
//
// It shares no code with what is measured: nothing of idcard, and of sim/specimen only the flat look of a card, none
// of its tables, lights or defects. Whoever changes a threshold looks at other seeds than those that are reported.
package phone
