package main

import "time"

const (
	userFail    = "FAIL"
	userOnline  = "ONLINE"
	userOffline = "OFFLINE"

	roomRunning = "RUNNING"
	roomClosed  = "CLOSED"

	roleJoiner    = "joiner"
	rolePublisher = "publisher"
	rolePlayer    = "player"
)

// roomInst is one opening of a room: from the first user joining to the last one leaving.
type roomInst struct {
	appID, roomID, uuid string
	start               time.Time
	end                 time.Time // zero while running
	autoRecord          bool      // opened while automatic recording was on (7.1)
}

// session is one attempt of a user to join a room.
type session struct {
	appID, roomID, uid, id string
	inst                   *roomInst
	nick, ip               string
	region, isp            string
	device, platform, sdk  string
	accessNet, role        string
	fail                   bool
	join                   time.Time
	leave                  time.Time // zero while online
	joinMs                 int
	tier                   string // sd, hd, hdp or audio
	shares                 bool   // sends an auxiliary (screen) stream
	muted                  bool   // sends no audio
	firstVideo, firstAudio int
	vDelay, aDelay         float64
	pulls, pullsOK         int
	pushes, pushesOK       int
}

func (x *session) online() bool   { return !x.fail && x.leave.IsZero() }
func (x *session) video() bool    { return x.tier != "audio" }
func (x *session) linkable() bool { return x.role == roleJoiner || x.role == rolePublisher }
func (x *session) webrtc() bool   { return len(x.platform) >= 3 && x.platform[:3] == "web" }

func (x *session) state() string {
	switch {
	case x.fail:
		return userFail
	case x.leave.IsZero():
		return userOnline
	}
	return userOffline
}

// at reports whether the user was in the room at t.
func (x *session) at(t time.Time) bool {
	return !x.fail && !t.Before(x.join) && (x.leave.IsZero() || t.Before(x.leave))
}

// overlap is the time the session spent inside [from,to).
func (x *session) overlap(from, to, now time.Time) time.Duration {
	if x.fail {
		return 0
	}
	a, b := x.join, x.leave
	if b.IsZero() {
		b = now
	}
	if a.Before(from) {
		a = from
	}
	if b.After(to) {
		b = to
	}
	if !b.After(a) {
		return 0
	}
	return b.Sub(a)
}

// idleSince tells whether nobody publishes in the room, and since when (not before start).
func (st *store) idleSince(appID, roomID string, start time.Time) (time.Time, bool) {
	since := start
	for _, x := range st.sessions {
		if x.appID != appID || x.roomID != roomID || x.fail || !x.linkable() {
			continue
		}
		if x.online() {
			return time.Time{}, false
		}
		if x.leave.After(since) {
			since = x.leave
		}
	}
	return since, true
}

func (st *store) runningRoom(appID, roomID string) *roomInst {
	for _, r := range st.rooms {
		if r.appID == appID && r.roomID == roomID && r.end.IsZero() {
			return r
		}
	}
	return nil
}

// leaveRoom takes the selected users out of the room and closes it when nobody is left.
func (st *store) leaveRoom(r *roomInst, now time.Time, sel func(*session) bool) {
	st.advance(now)
	defer st.advance(now)
	now = now.UTC().Truncate(time.Second)
	left := 0
	for _, x := range st.sessions {
		if x.inst != r || !x.online() {
			if !(slip("kick-other-apps") && x.roomID == r.roomID && x.online() && sel(x)) {
				continue
			}
		}
		if sel(x) {
			x.leave = now
		} else {
			left++
		}
	}
	if left == 0 && !slip("room-never-closes") {
		r.end = now
	}
}

func (s *server) removeUsers(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	var req struct {
		UserIDs []string `json:"user_ids"`
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	if req.UserIDs == nil {
		return 0, nil, errMissing("user_ids")
	}
	if len(req.UserIDs) == 0 && !slip("kick-empty-list") {
		return 0, nil, errInvalid("user_ids must not be empty")
	}
	for _, u := range req.UserIDs {
		if u == "" {
			return 0, nil, errInvalid("user_ids")
		}
	}
	r := st.runningRoom(a.AppID, c.params["room_id"])
	if r == nil {
		return 0, nil, errInvalid("room_id")
	}
	if slip("kick-first-only") {
		req.UserIDs = req.UserIDs[:1]
	}
	st.leaveRoom(r, c.now, func(x *session) bool { return contains(req.UserIDs, x.uid) || slip("kick-everybody") })
	return 202, nil, nil
}

func (s *server) dismissRoom(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.appOf(c)
	if err != nil {
		return 0, nil, err
	}
	r := st.runningRoom(a.AppID, c.params["room_id"])
	if r == nil {
		if slip("dismiss-unknown-202") {
			return 202, nil, nil
		}
		return 0, nil, newErr(404, "RTC.00001003", "InvalidParameterValue: the room does not exist")
	}
	st.leaveRoom(r, c.now, func(x *session) bool { return !slip("dismiss-publishers-only") || x.linkable() })
	return 202, nil, nil
}
