package main

import (
	"encoding/json"
	"time"
)

// The test door stands in for the client SDK: people join rooms of any app, and leave them. It takes no credentials.

type presence struct {
	Role    string   `json:"role"`
	Streams []string `json:"streams"`
}

func (s *server) doorRoutes() {
	const user = "/_control/rooms/{app_id}/{room_id}/users/{user_id}"
	s.handle("PUT", user, s.doorJoin).public = true
	s.handle("DELETE", user, s.doorLeave).public = true
}

// doorJoin puts a user into a room, or changes what the user is and sends there.
func (s *server) doorJoin(c *reqCtx) (int, interface{}, *apiError) {
	p := presence{roleJoiner, []string{"AUDIO", "CAMERASTREAM"}}
	if len(c.body) > 0 && json.Unmarshal(c.body, &p) != nil {
		return 0, nil, errInvalid("body")
	}
	if !contains([]string{roleJoiner, rolePublisher, rolePlayer}, p.Role) {
		return 0, nil, errInvalid("role")
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a := st.apps[c.params["app_id"]]
	if a == nil {
		return 0, nil, errAppNotExist()
	}
	st.advance(c.now)
	room, uid := c.params["room_id"], c.params["user_id"]
	x := st.onlineUser(a.AppID, room, uid)
	if x == nil {
		if a.State.State != stActive { // 5.6: nobody can join any more
			return 0, nil, errAppDeactivated()
		}
		x = s.door.enter(a, room, uid, c.now)
	}
	x.role, x.tier = p.Role, "audio"
	if contains(p.Streams, "CAMERASTREAM") {
		x.tier = "hd"
	}
	x.shares = contains(p.Streams, "SCREENSTREAM")
	x.muted = !contains(p.Streams, "AUDIO")
	st.autoRecord(a, x, c.now)
	st.advance(c.now)
	return 200, map[string]string{"session": x.id}, nil
}

func (s *server) doorLeave(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	room, uid := c.params["room_id"], c.params["user_id"]
	x := st.onlineUser(c.params["app_id"], room, uid)
	if x == nil {
		return 0, nil, newErr(404, "RTC.00001003", "InvalidParameterValue: the user is not in the room")
	}
	st.leaveRoom(x.inst, c.now, func(y *session) bool { return y == x })
	return 204, nil, nil
}

func (st *store) onlineUser(appID, roomID, uid string) *session {
	for _, x := range st.sessions {
		if x.appID == appID && x.roomID == roomID && x.uid == uid && x.online() {
			return x
		}
	}
	return nil
}

// enter opens the room if it has to.
func (g *seeder) enter(a *app, roomID, uid string, now time.Time) *session {
	r := g.st.runningRoom(a.AppID, roomID)
	if r == nil {
		r = &roomInst{appID: a.AppID, roomID: roomID, uuid: hexN(g.rnd, 32), start: now.Truncate(time.Second),
			autoRecord: a.AutoRecordMode.Mode == autoIndividual}
		g.st.rooms = append(g.st.rooms, r)
	}
	p := people[g.rnd.Intn(len(people))]
	p.uid, p.nick, p.role, p.tier, p.shares = uid, uid, roleJoiner, "hd", false
	return g.join(r, p, now, time.Time{}, false)
}
