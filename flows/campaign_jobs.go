package flows

import (
	"strings"
	"time"
)

// ResolveCampaign finds the people of a campaign's target.
func ResolveCampaign(tenantKey, campaignID string) Job {
	return Job{Kind: JobResolve, ref: campaignID, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// RunCampaign does what is due in a campaign: it queues invitations and chases, and ends what is over. run is
// Campaign.Run, from 1; a job of another one does nothing.
func RunCampaign(tenantKey, campaignID string, run int64, at time.Time) Job {
	return Job{Kind: JobCampaign, ref: campaignID, rev: run, At: at, Args: map[Arg]string{ArgTenant: tenantKey}}
}

// RefreshCampaign draws the cards of a campaign with its present numbers, and ends it if nobody is left.
func RefreshCampaign(tenantKey, campaignID string, at time.Time) Job {
	return RunCampaign(tenantKey, campaignID, 0, at)
}

// CampaignRun returns the run of RunCampaign, 0 for RefreshCampaign.
func (j Job) CampaignRun() int64 { return j.rev }

// Invite sends the invitation of a campaign to a person, not before at.
func Invite(tenantKey, campaignID, openID string, at time.Time) Job {
	return Job{Kind: JobInvite, ref: campaignID, At: at}.With(ArgTenant, tenantKey).With(ArgPerson, openID)
}

// ChasePerson reminds a person of a campaign who has not begun, for the nth time, not before at.
func ChasePerson(tenantKey, campaignID, openID string, n int, at time.Time) Job {
	return Job{Kind: JobChase, ref: campaignID, rev: int64(n), At: at}.With(ArgTenant, tenantKey).With(ArgPerson, openID)
}

// SendListTemplate sends the admin of a campaign whose list could not be read a file with the right columns.
func SendListTemplate(tenantKey, campaignID, admin string) Job {
	return Job{Kind: JobListTemplate, ref: campaignID}.With(ArgTenant, tenantKey).With(ArgPerson, admin)
}

// CampaignID returns the campaign of the jobs above.
func (j Job) CampaignID() string { return j.ref }

// ChaseNumber returns the number of ChasePerson, from 1.
func (j Job) ChaseNumber() int { return int(j.rev) }

// invitationPrefix begins the ids of invitations' surfaces.
const invitationPrefix = AudienceInvitation + "/"

// InvitationID is the surface of a person's invitation.
func InvitationID(campaignID, openID string) string {
	return invitationPrefix + campaignID + "/" + openID
}

// CampaignCardID is the surface of an admin's card of a campaign.
func CampaignCardID(campaignID, admin string) string {
	return AudienceCampaign + "/" + campaignID + "/" + admin
}

// CampaignOfSurface returns the campaign of the id of an invitation or of an admin's card.
func CampaignOfSurface(surfaceID string) string {
	_, rest, _ := strings.Cut(surfaceID, "/")
	id, _, _ := strings.Cut(rest, "/")
	return id
}
