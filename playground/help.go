package playground

import "strings"

// helpFor is the answer to GET / for clients other than browsers.
func helpFor(host string) string { return strings.ReplaceAll(help, "HOST", "http://"+host) }

const help = `This is the simulated world: Feishu, e签宝 and Tencent Cloud with a company of fictional people.
In a browser HOST/ is a page with the phone, HR's chat and the group. Here everything is JSON. {who} is an open_id, {chat} an open_id (the chat with the bot) or a chat_id.

  what there is
    curl HOST/sim/state                                   people, groups, totals
    curl HOST/sim/settings                                configuration of a bot for this world, by key
    eval "$(curl -s HOST/sim/env)"                        the same for a shell
    curl -d '{"url":"http://127.0.0.1:8080/webhook/event"}' HOST/sim/webhook

  people
    curl -d '{"n":1}' HOST/sim/people                     hire; answers with name, number and mobile
    curl -o front.jpg HOST/sim/people/{who}/front.jpg     also back.jpg; ?variant=blurred
    curl HOST/sim/sms/{who}                               text messages on the phone

  what people do
    curl -X POST HOST/sim/chats/{who}/enter               opens the chat with the bot
    curl -d '{"text":"实名"}' HOST/sim/chats/{who}/text    in a group: add "chat":"oc_…", "at_bot":true
    curl -X POST 'HOST/sim/chats/{who}/photo?side=front'  also &variant=glare, &as=file or post
    curl -d '{"message_id":"om_…","act":"confirm","form":{"mobile":"16000000000"}}' HOST/sim/chats/{who}/click
    curl -X POST HOST/sim/chats/{who}/agreement           opens the agreement page of the consent card and accepts there
    curl HOST/sim/chats/{chat}/messages                   cards as text with their buttons and fields; ?lang=en_us

  robots
    curl -d '{"hr":1}' HOST/sim/crew                      everybody registers by himself, an admin works; also "people":["ou_…"], "hire":50,
                                                          with "hr_for_hired":true an admin decides on those only,
                                                          with "invited":true they wait for HR's invitation (邀请)
    curl HOST/sim/crew                                    how far each is
    curl HOST/sim/record                                  everything that happened: events, clicks, cards, photos read, people

  live
    curl -N HOST/sim/stream                               server-sent events: messages, calls, events, text messages, people
    curl --data-binary @me.png HOST/sim/chats/{who}/upload  a picture of your own; photos of real cards are refused

  what goes wrong
    curl HOST/sim/calls                                   the latest calls to the platforms and all counts; ?limit=50
    curl -d '{"upstream":"esign","operation":"evidence.psn_realname","kind":"drop_after","times":1}' HOST/sim/faults
    curl HOST/sim/faults
    curl -X DELETE HOST/sim/faults                        all of them; ?id=3 for one
    curl HOST/sim/scenarios                               everything that can go wrong, by name; ?lang=en
    curl -X POST HOST/sim/scenarios/feishu.ocr/2110010/arm      it happens to the next such call; DELETE without /arm takes it back
    curl -X POST HOST/sim/scenarios/state/awaiting_review/arm   somebody new is brought there; or -d '{"person":"ou_…"}'

    curl -d '{"revoke":["human_authentication:identity"]}' HOST/sim/app   the app is set up wrong, for shiming check to find: also
                                                          grant, subscribe, unsubscribe, published, in_review, bot, in_group, ocr_left,
                                                          template, long_conn, disconnect

  the bot and the clock (demo only)
    curl -d '{"do":"kill"}' HOST/sim/bot                  pause resume kill stop start restart
    curl -d '{"advance":"4h"}' HOST/sim/clock             for everybody; what falls due meanwhile happens at once

variants: good rotated tilted blurred glare cut photocopy small dark sideways progressive no_end expired broken
kinds of fault: delay drop_before drop_after reset error error_after truncate not_json wrong_shape hang refuse
`
