package bot

import "context"

// Settle waits while a click on the message is being answered, 3 s at most.
func (c *Client) Settle(ctx context.Context, messageID string) { c.answering.Wait(ctx, messageID) }
