package main

import (
	"encoding/json"
	"fmt"
	"hash/fnv"
	"sort"
	"strconv"
	"time"
)

// abnEvent is an abnormal experience of a user.
type abnEvent struct {
	sess   *session
	time   time.Time
	typ    int // 1 slow join, 2 video freeze, 3 audio freeze
	factor int
	peer   string // empty when the cause is local
}

var typeDesc = map[int]string{1: "进房慢(5s加入房间失败)", 2: "视频卡顿", 3: "音频卡顿"}

var joinFactors = map[int]string{
	1: "建链失败", 2: "房间非空闲", 3: "服务器异常", 4: "服务器反馈503", 5: "鉴权失败", 6: "鉴权重试", 7: "时钟同步失败", 8: "url错误",
	9: "终端内部异常", 90000004: "SDK发出的加入房间信令响应超时", 90100009: "web侧没有收到MSP下发的配置信息", 90100008: "websocket链路建链失败",
	10000001: "服务侧返回的异常信息", 31000003: "服务侧返回的异常信息", 32000030: "服务侧返回的异常信息", 15: "浏览器设置sdp异常",
}

var freezeFactors = map[int]string{
	1: "系统CPU占用高", 2: "App CPU占用高", 3: "音频上行网络延时", 4: "音频上行网络抖动", 5: "视频上行网络延时", 6: "视频上行网络抖动",
	7: "音频下行网络延时", 8: "音频下行网络抖动", 9: "视频下行网络延时", 10: "视频下行网络抖动", 11: "上行音频丢包", 12: "上行视频丢包",
	13: "下行音频丢包", 14: "下行视频丢包", 15: "下行音频无声音", 16: "其他", 17: "对端用户离线", 18: "对端用户无码流", 19: "对端用户无帧率",
	20: "本端服务器下行无码流", 21: "本端服务器下行无帧率",
}

func factorDesc(typ, factor int) string {
	m := freezeFactors
	if typ == 1 && !slip("abnormal-factor-table") {
		m = joinFactors
	}
	if d, ok := m[factor]; ok {
		return d
	}
	return "其他"
}

func (e *abnEvent) stage() string {
	if e.typ == 1 {
		return "join_room"
	}
	return "communication"
}

// id is the event id used by the client interfaces.
func (e *abnEvent) id() string { return strconv.Itoa(100*e.typ + e.factor%100) }

// ---- 13.10 ----

var qosMids = []string{"appcpu", "syscpu", "abit", "vbit", "dbit", "vfps", "dfps", "vblock", "dblock", "aloss", "vloss", "dloss",
	"vwidth", "vheight", "dwidth", "dheight", "ajitter", "artt", "vjitter", "vrtd", "djitter", "drtt"}

type qosSeries struct {
	UID      string       `json:"uid"`
	PeerID   string       `json:"peerid"`
	Mid      string       `json:"mid"`
	StreamID string       `json:"stream_id"`
	Data     []pointFloat `json:"data"`
}

// qosStream is a: audio, v: camera, d: auxiliary, p: the process itself.
func qosStream(mid string) string {
	switch mid {
	case "appcpu", "syscpu":
		return "p"
	}
	return mid[:1]
}

func qosValue(x *session, peer, mid string, t time.Time) float64 {
	n := noise(x.id, peer, mid, fmt.Sprint(t.Unix()/60))
	dims := map[string][2]float64{"sd": {640, 480}, "hd": {1280, 720}, "hdp": {1920, 1080}}
	switch mid {
	case "appcpu":
		return round2(8 + 20*n)
	case "syscpu":
		return round2(25 + 30*n)
	case "abit":
		return round2(44 + 8*n)
	case "vbit":
		return round2(map[string]float64{"sd": 480, "hd": 1150, "hdp": 2600}[x.tier] * (0.9 + 0.2*n))
	case "dbit":
		return round2(700 + 250*n)
	case "vfps":
		return round2(14 + n)
	case "dfps":
		return round2(9 + n)
	case "vblock", "dblock":
		return round2(2 * n)
	case "aloss", "vloss", "dloss":
		return round2(1.5 * n)
	case "vwidth":
		return dims[x.tier][0]
	case "vheight":
		return dims[x.tier][1]
	case "dwidth":
		return 1920
	case "dheight":
		return 1080
	case "ajitter", "vjitter", "djitter":
		return round2(2 + 9*n)
	}
	return round2(28 + 40*n) // round trip times
}

func round2(v float64) float64 { return float64(int64(v*100+0.5)) / 100 }

// recent reads the mandatory time range of 13.10 - 13.12.
func (c *reqCtx) recent(span time.Duration, tooLong string) (from, to time.Time, err *apiError) {
	for _, n := range []string{"start_time", "end_time"} {
		if c.query.Get(n) == "" {
			return from, to, errDataMissing(n)
		}
	}
	if from, to, err = c.window(10 * 365 * day); err != nil {
		return
	}
	if from.Before(c.now.Add(-5*day)) && !slip("client-five-days") {
		return from, to, errData("Invalid request parameter: only the last 5 days can be queried")
	}
	if to.Sub(from) > span {
		return from, to, errData("Invalid request parameter: " + tooLong)
	}
	return from, to, nil
}

func (s *server) statQos(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app_id")
	if err != nil {
		return 0, nil, err
	}
	room := c.query.Get("room_id")
	if room == "" {
		return 0, nil, errDataMissing("room_id")
	}
	mids, err := c.metricList("mid", append([]string{"all"}, qosMids...))
	if err != nil {
		return 0, nil, err
	}
	if contains(mids, "all") {
		mids = qosMids
		if slip("qos-all-incomplete") {
			mids = qosMids[:10]
		}
	}
	if slip("qos-mid-first-only") {
		mids = mids[:1]
	}
	uid := c.query.Get("user_id")
	span := day
	if uid != "" {
		span = 5 * day
	}
	from, to, err := c.recent(span, "the time range exceeds 24 hours")
	if err != nil {
		return 0, nil, err
	}
	dir, err := c.enum("direction", false, "up", "down")
	if err != nil {
		return 0, nil, err
	}
	tt, err := c.enum("time_type", false, "ctime", "stime")
	if err != nil {
		return 0, nil, err
	}
	limit, offset, err := c.paging(1 << 20)
	if err != nil {
		return 0, nil, err
	}
	shift := time.Duration(0)
	if tt == "stime" {
		shift = 30 * time.Second // delay between measuring and storing
	}
	from, to = from.Add(-shift), to.Add(-shift)
	out := []*qosSeries{}
	if d := c.query.Get("domain"); d == "" || d == a.Domain {
		out = st.qos(a.AppID, room, from, to, mids, c.now, func(x *qosSeries) bool {
			up := x.PeerID == "0"
			return (uid == "" || x.UID == uid || slip("qos-user-ignored")) && (c.query.Get("peer_id") == "" || x.PeerID == c.query.Get("peer_id")) &&
				(c.query.Get("stream_id") == "" || x.StreamID == c.query.Get("stream_id")) &&
				(dir == "" || up == (dir == "up"))
		})
	}
	if slip("qos-uplink-peer") {
		for _, x := range out {
			if x.PeerID == "0" {
				x.PeerID = x.UID
			}
		}
	}
	lo, hi := slice(len(out), offset, limit)
	return 200, struct {
		RoomID string       `json:"room_id"`
		Total  int          `json:"total"`
		Data   []*qosSeries `json:"data"`
	}{room, len(out), out[lo:hi]}, nil
}

func (st *store) qos(appID, room string, from, to time.Time, mids []string, now time.Time, keep func(*qosSeries) bool) []*qosSeries {
	xs := st.scoped(appID, room, from, to)
	sort.SliceStable(xs, func(i, j int) bool { return xs[i].join.Before(xs[j].join) })
	byKey := map[string]*qosSeries{}
	var out []*qosSeries
	ts := minutes(from, to.Add(time.Second), now)
	for _, x := range xs {
		if x.fail || !x.linkable() {
			continue
		}
		peers := []*session{nil}
		for _, p := range xs {
			if !p.fail && p != x && p.uid != x.uid && p.inst == x.inst {
				peers = append(peers, p)
			}
		}
		for _, p := range peers {
			for _, mid := range mids {
				kind := qosStream(mid)
				if (kind == "v" && !x.video()) || (kind == "d" && !x.shares) || (kind == "p" && p != nil) {
					continue
				}
				sr := &qosSeries{UID: x.uid, PeerID: "0", Mid: mid, StreamID: x.uid + "-" + kind}
				if p != nil {
					sr.PeerID = p.uid
				}
				if !keep(sr) {
					continue
				}
				k := sr.UID + "\x00" + sr.PeerID + "\x00" + mid
				if old, ok := byKey[k]; ok {
					sr = old
				}
				for _, t := range ts {
					if x.at(t) && (p == nil || p.at(t)) {
						sr.Data = append(sr.Data, pointFloat{fmtTime(t), qosValue(x, sr.PeerID, mid, t)})
					}
				}
				if byKey[k] == nil && len(sr.Data) > 0 {
					byKey[k] = sr
					out = append(out, sr)
				}
			}
		}
	}
	if out == nil {
		out = []*qosSeries{}
	}
	for _, sr := range out {
		sort.SliceStable(sr.Data, func(i, j int) bool { return sr.Data[i].Time < sr.Data[j].Time })
	}
	return out
}

// ---- 13.11, 13.12 ----

func (st *store) eventsOf(appID, room, uid string, from, to time.Time) []*abnEvent {
	var out []*abnEvent
	for _, e := range st.events {
		if e.sess.appID == appID && (room == "" || e.sess.roomID == room) && (uid == "" || e.sess.uid == uid) &&
			!e.time.Before(from) && !e.time.After(to) {
			out = append(out, e)
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].time.After(out[j].time) })
	return out
}

func (s *server) clientRange(c *reqCtx, single time.Duration) (a *app, from, to time.Time, err *apiError) {
	if a, err = s.dataApp(c, "app_id"); err != nil {
		return
	}
	span := time.Hour
	if c.query.Get("user_id") != "" {
		span = single
	}
	if slip("client-one-hour") {
		span = 5 * day
	}
	from, to, err = c.recent(span, "the time range exceeds 1 hour")
	return
}

func (s *server) statClientEvent(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, from, to, err := s.clientRange(c, day)
	if err != nil {
		return 0, nil, err
	}
	type event struct {
		CTime string      `json:"ctime"`
		ID    string      `json:"event_id"`
		Info  interface{} `json:"event_info"`
	}
	out := []event{}
	room := c.query.Get("room_id")
	if slip("client-event-room-ignored") {
		room = ""
	}
	for _, e := range st.eventsOf(a.AppID, room, c.query.Get("user_id"), from, to) {
		info := map[string]interface{}{
			"app": a.AppID, "domain": a.Domain, "roomId": e.sess.roomID, "uid": e.sess.uid, "session": e.sess.id, "nickName": e.sess.nick,
			"deviceModel": e.sess.device, "platform": e.sess.platform, "accessNet": e.sess.accessNet, "carrier": e.sess.isp,
			"ipProvince": regionNames[e.sess.region], "v": e.sess.sdk, "stage": e.stage(), "peerUid": e.peer,
			"abnormalType": e.typ, "abnormalTypeDesc": typeDesc[e.typ], "abnormalFactor": e.factor, "failMessage": factorDesc(e.typ, e.factor),
			"start": e.sess.join.Unix(), "success": map[bool]int{true: 0, false: 1}[e.sess.fail],
		}
		b, _ := json.Marshal(info)
		ev := event{fmtTime(e.time), e.id(), string(b)}
		if slip("client-event-info-object") {
			ev.Info = info
		}
		out = append(out, ev)
	}
	return 200, map[string]interface{}{"data": out}, nil
}

type causeView struct {
	TS      string `json:"ts"`
	EventID string `json:"event_id"`
	PeerID  string `json:"peer_id"`
}

type abnormalUser struct {
	RoomID string      `json:"room_id"`
	UID    string      `json:"uid"`
	ExpID  string      `json:"exp_id"`
	List   []causeView `json:"abnormal_list"`
}

func (s *server) statClientAbnormal(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, from, to, err := s.clientRange(c, 5*day)
	if err != nil {
		return 0, nil, err
	}
	users := []*abnormalUser{}
	byKey := map[string]*abnormalUser{}
	for _, e := range st.eventsOf(a.AppID, c.query.Get("room_id"), c.query.Get("user_id"), from, to) {
		k := e.sess.roomID + "\x00" + e.sess.uid
		u := byKey[k]
		if u == nil {
			h := fnv.New32a()
			_, _ = h.Write([]byte(e.sess.id))
			u = &abnormalUser{RoomID: e.sess.roomID, UID: e.sess.uid, ExpID: fmt.Sprint(h.Sum32())}
			byKey[k] = u
			users = append(users, u)
		}
		ts := e.time
		if slip("client-abnormal-local-time") {
			ts = ts.Add(8 * time.Hour)
		}
		u.List = append(u.List, causeView{fmtTime(ts), e.id(), e.peer})
	}
	var head abnormalUser
	if len(users) > 0 {
		head = *users[0]
	}
	return 200, struct {
		abnormalUser
		Data []*abnormalUser `json:"data"`
	}{head, users}, nil
}

// ---- 13.13, 13.14 ----

type abnormalView struct {
	Time       string `json:"time"`
	UID        string `json:"uid"`
	RoomID     string `json:"room_id"`
	Stage      string `json:"stage"`
	Location   string `json:"location"`
	PeerUID    string `json:"peer_uid"`
	Type       int    `json:"abnormal_type"`
	TypeDesc   string `json:"abnormal_type_desc"`
	Factor     int    `json:"abnormal_factor"`
	FactorDesc string `json:"abnormal_factor_desc"`
}

func (s *server) statAbnormalEvents(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	span := day
	if slip("abnormal-span") {
		span = 31 * day
	}
	from, to, err := c.window(span)
	if err != nil {
		return 0, nil, err
	}
	def := 10
	if slip("abnormal-default-limit") {
		def = 100
	}
	limit, offset, err := c.paging(def)
	if err != nil {
		return 0, nil, err
	}
	uid := c.query.Get("uid")
	if slip("abnormal-uid-ignored") {
		uid = ""
	}
	out := []abnormalView{}
	for _, e := range st.eventsOf(a.AppID, c.query.Get("room_id"), uid, from, to) {
		loc, peer := "local", e.peer
		if e.peer != "" {
			loc = "remote"
		} else if slip("abnormal-local-peer") {
			peer = e.sess.uid
		}
		out = append(out, abnormalView{fmtTime(e.time), e.sess.uid, e.sess.roomID, e.stage(), loc, peer, e.typ, typeDesc[e.typ],
			e.factor, factorDesc(e.typ, e.factor)})
	}
	total := len(out)
	lo, hi := slice(total, offset, limit)
	if slip("abnormal-total-page") {
		total = hi - lo
	}
	return 200, struct {
		Total  int            `json:"total"`
		Limit  int            `json:"limit"`
		Offset int            `json:"offset"`
		Events []abnormalView `json:"events"`
	}{total, limit, offset, out[lo:hi]}, nil
}

func (s *server) statAbnormalDimension(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	dims := c.listParam("dimension")
	for _, d := range dims {
		if d != "abnormal_type" && d != "abnormal_factor" {
			return 0, nil, errData("Invalid request parameter: dimension")
		}
	}
	if len(dims) == 0 {
		dims = []string{"abnormal_type", "abnormal_factor"}
	}
	if slip("abnormal-dimension-first") {
		dims = dims[:1]
	}
	from, to, err := c.window(day)
	if err != nil {
		return 0, nil, err
	}
	type group struct {
		Type       *int    `json:"abnormal_type,omitempty"`
		TypeDesc   *string `json:"abnormal_type_desc,omitempty"`
		Factor     *int    `json:"abnormal_factor,omitempty"`
		FactorDesc *string `json:"abnormal_factor_desc,omitempty"`
		UserCount  int64   `json:"user_count"`
		users      map[string]bool
	}
	groups := map[string]*group{}
	for _, e := range st.eventsOf(a.AppID, c.query.Get("room_id"), "", from, to) {
		key := ""
		g := &group{users: map[string]bool{}}
		if contains(dims, "abnormal_type") {
			t, d := e.typ, typeDesc[e.typ]
			g.Type, g.TypeDesc = &t, &d
			key += fmt.Sprintf("%d|", t)
		}
		if contains(dims, "abnormal_factor") {
			f, d := e.factor, factorDesc(e.typ, e.factor)
			g.Factor, g.FactorDesc = &f, &d
			key += fmt.Sprintf("%08d|%s", f, d)
		}
		if old, ok := groups[key]; ok {
			g = old
		} else {
			groups[key] = g
		}
		k := e.sess.uid
		if slip("abnormal-dimension-counts-events") {
			k = fmt.Sprintf("%p", e)
		}
		g.users[k] = true
	}
	keys := make([]string, 0, len(groups))
	for k, g := range groups {
		g.UserCount = int64(len(g.users))
		keys = append(keys, k)
	}
	sort.Strings(keys)
	out := []*group{}
	for _, k := range keys {
		out = append(out, groups[k])
	}
	return 200, map[string]interface{}{"dimensions": out}, nil
}
