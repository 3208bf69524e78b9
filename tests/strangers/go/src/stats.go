package main

import (
	"fmt"
	"hash/fnv"
	"math"
	"sort"
	"strings"
	"time"
)

const (
	timeFmt = "2006-01-02T15:04:05Z"
	dateFmt = "2006-01-02"
	day     = 24 * time.Hour
)

// usageRec is a finished transcoding or recording of the past.
type usageRec struct {
	appID, kind, tier string // kind: transcode, record
	start, end        time.Time
}

func parseTime(s string) (time.Time, bool) {
	if len(s) != len(timeFmt) {
		return time.Time{}, false
	}
	t, err := time.Parse(timeFmt, s)
	return t, err == nil
}

func fmtTime(t time.Time) string { return t.UTC().Format(timeFmt) }

func fmtEnd(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return fmtTime(t)
}

func round4(v float64) float64 { return math.Round(v*1e4) / 1e4 }

// dataApp resolves the app of a chapter 13 request. The store must be locked.
func (s *server) dataApp(c *reqCtx, param string) (*app, *apiError) {
	id := c.query.Get(param)
	if id == "" {
		return nil, errDataMissing(param)
	}
	a, ok := s.store.apps[id]
	if !ok || a.domainID != c.id.domainID || (a.projectID != c.id.projectID && !slip("stat-path-project")) {
		return nil, errData("Invalid request parameter: " + param)
	}
	return a, nil
}

// window reads start_time and end_time. Both optional: the default is the past hour.
func (c *reqCtx) window(span time.Duration) (from, to time.Time, err *apiError) {
	to = c.now.Truncate(time.Second)
	if vs, ok := c.query["end_time"]; ok {
		var good bool
		if to, good = parseTime(vs[0]); !good {
			return from, to, errData("Invalid request parameter: end_time")
		}
	}
	back := time.Hour
	if slip("stat-default-window") {
		back = 24 * time.Hour
	}
	from = to.Add(-back)
	if vs, ok := c.query["start_time"]; ok {
		var good bool
		if from, good = parseTime(vs[0]); !good {
			return from, to, errData("Invalid request parameter: start_time")
		}
	}
	if from.After(to) {
		return from, to, errData("Invalid request parameter: start_time is later than end_time")
	}
	if to.Sub(from) > span {
		return from, to, errData("Invalid request parameter: the time range is too long")
	}
	return from, to, nil
}

func (c *reqCtx) enum(name string, required bool, values ...string) (string, *apiError) {
	vs, ok := c.query[name]
	if !ok || vs[0] == "" {
		if required {
			return "", errDataMissing(name)
		}
		return "", nil
	}
	if !contains(values, vs[0]) {
		return "", errData("Invalid request parameter: " + name)
	}
	return vs[0], nil
}

func (c *reqCtx) paging(defLimit int) (limit, offset int, err *apiError) {
	limit, ok := c.intParam("limit", defLimit, 1, -1)
	if !ok {
		return 0, 0, errData("Invalid request parameter: limit")
	}
	if offset, ok = c.intParam("offset", 0, 0, -1); !ok {
		return 0, 0, errData("Invalid request parameter: offset")
	}
	return limit, offset, nil
}

func slice(n, offset, limit int) (int, int) {
	if slip("stat-offset-page") {
		offset *= limit
	}
	if offset > n {
		offset = n
	}
	end := n
	if limit < n-offset {
		end = offset + limit
	}
	return offset, end
}

// ---- 13.1 ----

type roomView struct {
	Domain    string      `json:"domain"`
	App       string      `json:"app"`
	RoomID    string      `json:"room_id"`
	RoomUUID  string      `json:"room_uuid"`
	State     string      `json:"state"`
	Duration  interface{} `json:"duration"`
	StartTime string      `json:"start_time"`
	EndTime   string      `json:"end_time"`
}

func (s *server) statRooms(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	state, err := c.enum("state", false, roomRunning, roomClosed)
	if err != nil {
		return 0, nil, err
	}
	span := 90 * day
	if slip("rooms-span-unchecked") {
		span = 3650 * day
	}
	from, to, err := c.window(span)
	if err != nil {
		return 0, nil, err
	}
	limit, offset, err := c.paging(10)
	if err != nil {
		return 0, nil, err
	}
	room := c.query.Get("room_id")
	list := []roomView{}
	for _, r := range st.rooms {
		if r.appID != a.AppID {
			continue
		}
		if room != "" && r.roomID != room && !(slip("rooms-room-substring") && strings.Contains(r.roomID, room)) {
			continue
		}
		in := !r.start.Before(from) && !r.start.After(to)
		if slip("rooms-overlapping") {
			in = !r.start.After(to) && (r.end.IsZero() || !r.end.Before(from))
		}
		if !in {
			continue
		}
		v := roomView{Domain: a.Domain, App: a.AppID, RoomID: r.roomID, RoomUUID: r.uuid, State: roomRunning, StartTime: fmtTime(r.start), EndTime: fmtEnd(r.end)}
		end := r.end
		if end.IsZero() {
			end = c.now
			if slip("rooms-end-not-dash") {
				v.EndTime = ""
			}
		} else {
			v.State = roomClosed
		}
		secs := int64(end.Sub(r.start) / time.Second)
		v.Duration = secs
		if slip("rooms-duration-ms") {
			v.Duration = secs * 1000
		}
		if slip("rooms-duration-text") {
			v.Duration = fmt.Sprint(secs)
		}
		if state != "" && v.State != state {
			continue
		}
		list = append(list, v)
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].StartTime > list[j].StartTime })
	total := len(list)
	lo, hi := slice(total, offset, limit)
	if slip("rooms-total-page") {
		total = hi - lo
	}
	return 200, struct {
		Total  int        `json:"total"`
		Limit  int        `json:"limit"`
		Offset int        `json:"offset"`
		Rooms  []roomView `json:"room_info_list"`
	}{total, limit, offset, list[lo:hi]}, nil
}

// ---- 13.2 ----

type userView struct {
	Domain      string `json:"domain"`
	App         string `json:"app"`
	RoomID      string `json:"room_id"`
	UID         string `json:"uid"`
	Session     string `json:"session"`
	State       string `json:"state"`
	NickName    string `json:"nick_name"`
	IP          string `json:"ip"`
	Region      string `json:"region"`
	ISP         string `json:"isp"`
	DeviceModel string `json:"device_model"`
	Platform    string `json:"platform"`
	SDK         string `json:"sdk"`
	JoinTime    string `json:"join_time"`
	LeaveTime   string `json:"leave_time"`
}

func (s *server) statUsers(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	from, to, err := c.window(90 * day)
	if err != nil {
		return 0, nil, err
	}
	typ, err := c.enum("type", false, "detail", "summary")
	if err != nil {
		return 0, nil, err
	}
	if typ == "" {
		typ = "summary"
		if slip("users-default-detail") {
			typ = "detail"
		}
	}
	states := c.listParam("state")
	for _, x := range states {
		if !contains([]string{userFail, userOnline, userOffline}, x) {
			return 0, nil, errData("Invalid request parameter: state")
		}
	}
	if slip("users-state-first-only") && len(states) > 1 {
		states = states[:1]
	}
	limit, offset, err := c.paging(10)
	if err != nil {
		return 0, nil, err
	}
	regions, isps := c.listParam("region"), c.listParam("isp")
	exact := func(param, v string) bool {
		want := c.query.Get(param)
		if param == "uid" && slip("users-uid-case-blind") {
			return want == "" || strings.EqualFold(want, v)
		}
		return want == "" || want == v
	}
	var list []*session
	first := map[*session]time.Time{}
	byUser := map[[2]string]int{}
	for _, x := range st.sessions {
		if x.appID != a.AppID && !(slip("users-app-leak") && x.roomID == c.query.Get("room_id")) {
			continue
		}
		if x.join.Before(from) || x.join.After(to) {
			continue
		}
		if !exact("room_id", x.roomID) || !exact("uid", x.uid) || (!exact("nickname", x.nick) && !slip("users-nickname-ignored")) {
			continue
		}
		regionOK := contains(regions, x.region)
		if !slip("users-region-abbr-only") {
			regionOK = regionOK || contains(regions, regionNames[x.region])
		}
		if len(regions) > 0 && !regionOK {
			continue
		}
		if len(isps) > 0 && !contains(isps, x.isp) {
			continue
		}
		if typ == "summary" {
			k := [2]string{x.roomID, x.uid}
			if i, ok := byUser[k]; ok {
				cur := list[i]
				f := first[cur]
				if x.join.Before(f) {
					f = x.join
				}
				if x.join.After(cur.join) {
					list[i] = x
				}
				first[list[i]] = f
				continue
			}
			byUser[k] = len(list)
		}
		list = append(list, x)
		first[x] = x.join
	}
	out := []userView{}
	for _, x := range list {
		if len(states) > 0 && !contains(states, x.state()) {
			continue
		}
		leave := fmtEnd(x.leave)
		if slip("users-leave-not-dash") && x.leave.IsZero() {
			leave = fmtTime(c.now)
		}
		out = append(out, userView{a.Domain, a.AppID, x.roomID, x.uid, x.id, x.state(), x.nick, x.ip, regionNames[x.region], x.isp,
			x.device, x.platform, x.sdk, fmtTime(first[x]), leave})
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].JoinTime > out[j].JoinTime })
	total := len(out)
	lo, hi := slice(total, offset, limit)
	return 200, struct {
		Total  int        `json:"total"`
		Limit  int        `json:"limit"`
		Offset int        `json:"offset"`
		Users  []userView `json:"users"`
	}{total, limit, offset, out[lo:hi]}, nil
}

// ---- 13.3 - 13.6 ----

type pointInt struct {
	Time  string `json:"time"`
	Value int64  `json:"value"`
}

type pointFloat struct {
	Time  string  `json:"time"`
	Value float64 `json:"value"`
}

// minutes lists the full minutes in [from,to) that have begun.
func minutes(from, to, now time.Time) []time.Time {
	t := from.Truncate(time.Minute)
	if t.Before(from) {
		t = t.Add(time.Minute)
	}
	var out []time.Time
	for ; t.Before(to) && !t.After(now); t = t.Add(time.Minute) {
		out = append(out, t)
	}
	return out
}

// scoped returns the sessions of the app (and room) which may matter between from and to.
func (st *store) scoped(appID, room string, from, to time.Time) []*session {
	var out []*session
	for _, x := range st.sessions {
		if x.appID == appID && (room == "" || x.roomID == room) && !x.join.After(to) &&
			(x.leave.IsZero() || !x.leave.Before(from) || x.fail) {
			out = append(out, x)
		}
	}
	return out
}

func (s *server) statRealtimeScale(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	metric, err := c.enum("metric", true, "OnlineUsers", "RoomCount")
	if err != nil {
		return 0, nil, err
	}
	span := day
	if slip("scale-span") {
		span = 7 * day
	}
	from, to, err := c.window(span)
	if err != nil {
		return 0, nil, err
	}
	room := c.query.Get("room_id")
	if slip("scale-room-ignored") {
		room = ""
	}
	xs := st.scoped(a.AppID, room, from, to)
	if slip("scale-never-leave") {
		xs = st.scoped(a.AppID, room, from.Add(-day), to)
	}
	out := []pointInt{}
	for _, t := range minutes(from, to, c.now) {
		set := map[string]bool{}
		for _, x := range xs {
			in := x.at(t)
			if slip("scale-never-leave") {
				in = !x.fail && !t.Before(x.join)
			}
			if !in {
				continue
			}
			if metric == "RoomCount" {
				set[x.inst.uuid] = true
			} else {
				set[x.roomID+"\x00"+x.uid] = true
			}
		}
		if len(set) == 0 && slip("scale-zero-minutes-missing") {
			continue
		}
		out = append(out, pointInt{fmtTime(t), int64(len(set))})
	}
	return 200, map[string]interface{}{"scale": out}, nil
}

func (s *server) statScaleDimension(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	if _, err = c.enum("metric", true, "OnlineUsers"); err != nil {
		return 0, nil, err
	}
	dim, err := c.enum("dimension", true, "region", "access_net", "platform", "sdk")
	if err != nil {
		return 0, nil, err
	}
	raw := c.query.Get("time")
	if raw == "" {
		return 0, nil, errDataMissing("time")
	}
	t, ok := parseTime(raw)
	if !ok {
		return 0, nil, errData("Invalid request parameter: time")
	}
	if slip("dimension-time-ignored") {
		t = c.now
	}
	seen := map[string]bool{}
	counts := map[string]int64{}
	for _, x := range st.scoped(a.AppID, c.query.Get("room_id"), t, t) {
		k := x.roomID + "\x00" + x.uid
		if !x.at(t) || seen[k] || t.After(c.now) {
			continue
		}
		seen[k] = true
		counts[map[string]string{"region": x.region, "access_net": x.accessNet, "platform": x.platform, "sdk": x.sdk}[dim]]++
	}
	type dimension struct {
		Dimension   string `json:"dimension"`
		OnlineUsers int64  `json:"online_users"`
	}
	out := []dimension{}
	for k, n := range counts {
		out = append(out, dimension{k, n})
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].OnlineUsers != out[j].OnlineUsers && !slip("dimension-order") {
			return out[i].OnlineUsers > out[j].OnlineUsers
		}
		return out[i].Dimension < out[j].Dimension
	})
	return 200, map[string]interface{}{"dimensions": out}, nil
}

// noise is a reproducible pseudo random number in [0,1).
func noise(parts ...string) float64 {
	h := fnv.New64a()
	for _, p := range parts {
		_, _ = h.Write([]byte(p))
		_, _ = h.Write([]byte{0})
	}
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / float64(1<<53)
}

// sample is the value a client reported for the minute beginning at t.
func (st *store) sample(x *session, metric string, t time.Time) (float64, bool) {
	n := noise(x.id, metric, fmt.Sprint(t.Unix()/60))
	bad := func(kind int) bool {
		for _, e := range st.events {
			if e.typ == kind && e.sess == x && !e.time.Before(t) && e.time.Before(t.Add(time.Minute)) {
				return true
			}
		}
		return false
	}
	switch metric {
	case "VideoFreezeRate":
		if !x.video() {
			return 0, false
		}
		if bad(2) {
			return 0.12 + 0.2*n, true
		}
		return 0.015 * n, true
	case "AudioFreezeRate":
		if bad(3) {
			return 0.1 + 0.15*n, true
		}
		return 0.01 * n, true
	case "VideoUpstreamExcellentTransRate":
		return 0.97 + 0.03*n, x.video() && x.linkable()
	case "AudioUpstreamExcellentTransRate":
		return 0.98 + 0.02*n, x.linkable()
	case "VideoExcellentTransRate":
		return 0.94 + 0.05*n, x.video()
	case "AudioExcellentTransRate":
		return 0.95 + 0.045*n, true
	}
	return 0, false
}

func sdkTypeOK(x *session, typ string) bool {
	if slip("quality-sdk-ignored") {
		return true
	}
	return x.webrtc() == (typ == "webrtc")
}

func (s *server) realtimeSeries(c *reqCtx, key string, metrics ...string) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	metric, err := c.enum("metric", true, metrics...)
	if err != nil {
		return 0, nil, err
	}
	sdk, err := c.enum("sdk_type", true, "native", "webrtc")
	if err != nil {
		return 0, nil, err
	}
	from, to, err := c.window(day)
	if err != nil {
		return 0, nil, err
	}
	var xs []*session
	for _, x := range st.scoped(a.AppID, c.query.Get("room_id"), from, to) {
		if sdkTypeOK(x, sdk) {
			xs = append(xs, x)
		}
	}
	out := []pointFloat{}
	for _, t := range minutes(from, to, c.now) {
		var sum float64
		var n int
		for _, x := range xs {
			switch metric {
			case "JoinSuccessRate", "JoinSuccess5SecsRate":
				if x.join.Before(t) || !x.join.Before(t.Add(time.Minute)) {
					continue
				}
				n++
				if !x.fail && (metric == "JoinSuccessRate" || x.joinMs <= 5000) {
					sum++
				}
			default:
				if !x.at(t) {
					continue
				}
				if v, ok := st.sample(x, metric, t); ok {
					sum += v
					n++
				}
			}
		}
		v := 0.0
		if n > 0 {
			v = sum / float64(n)
		}
		if slip("realtime-quality-percent") {
			v *= 100
		}
		out = append(out, pointFloat{fmtTime(t), round4(v)})
	}
	return 200, map[string]interface{}{key: out}, nil
}

func (s *server) statRealtimeQuality(c *reqCtx) (int, interface{}, *apiError) {
	return s.realtimeSeries(c, "quality", "JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate")
}

func (s *server) statRealtimeNetwork(c *reqCtx) (int, interface{}, *apiError) {
	return s.realtimeSeries(c, "network", "VideoUpstreamExcellentTransRate", "AudioUpstreamExcellentTransRate",
		"VideoExcellentTransRate", "AudioExcellentTransRate")
}

// ---- 13.7 - 13.9 ----

func parseDate(s string) (time.Time, bool) {
	if len(s) != len(dateFmt) {
		return time.Time{}, false
	}
	t, err := time.Parse(dateFmt, s)
	return t, err == nil
}

// dates reads start_date and end_date of the history queries.
func (c *reqCtx) dates(required bool, maxDays int, recentDays int) (from, to time.Time, err *apiError) {
	today := c.now.Truncate(day)
	to = today
	vs, hasEnd := c.query["end_date"]
	if hasEnd {
		var ok bool
		if to, ok = parseDate(vs[0]); !ok {
			return from, to, errData("Invalid request parameter: end_date")
		}
	}
	from = to.Add(-day)
	vs, hasStart := c.query["start_date"]
	if hasStart {
		var ok bool
		if from, ok = parseDate(vs[0]); !ok {
			return from, to, errData("Invalid request parameter: start_date")
		}
	}
	if required && !hasStart {
		return from, to, errDataMissing("start_date")
	}
	if required && !hasEnd {
		return from, to, errDataMissing("end_date")
	}
	if from.After(to) {
		return from, to, errData("Invalid request parameter: start_date is later than end_date")
	}
	if maxDays > 0 && int(to.Sub(from)/day)+1 > maxDays {
		return from, to, errData("Invalid request parameter: the date range is too long")
	}
	if recentDays > 0 && from.Before(today.Add(-time.Duration(recentDays)*day)) {
		return from, to, errData(fmt.Sprintf("Invalid request parameter: only the last %d days can be queried", recentDays))
	}
	return from, to, nil
}

type usageView struct {
	Date    string `json:"date"`
	VideoSD int64  `json:"video_sd"`
	VideoHD int64  `json:"video_hd"`
	VideoFH int64  `json:"video_hdp"`
	Audio   int64  `json:"audio"`
	Total   int64  `json:"total_duration"`
}

func (u *usageView) add(tier string, d time.Duration) {
	n := int64(d / time.Second)
	if slip("usage-minutes") {
		n = int64(d / time.Minute)
	}
	switch tier {
	case "sd":
		u.VideoSD += n
	case "hd":
		u.VideoHD += n
	case "hdp":
		u.VideoFH += n
	default:
		u.Audio += n
	}
	if slip("usage-total-video-only") && tier == "audio" {
		return
	}
	u.Total += n
}

func overlap(a, b, from, to time.Time) time.Duration {
	if a.Before(from) {
		a = from
	}
	if b.After(to) {
		b = to
	}
	if b.Before(a) {
		return 0
	}
	return b.Sub(a)
}

func (s *server) statUsage(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	metric, err := c.enum("metric", true, "CommunicationDuration", "TranscodeDuration", "RecordDuration")
	if err != nil {
		return 0, nil, err
	}
	from, to, err := c.dates(true, 366, 0)
	if err != nil {
		return 0, nil, err
	}
	st.advance(c.now)
	if slip("usage-metric-swapped") && metric != "CommunicationDuration" {
		metric = "RecordDuration"
	}
	out := []usageView{}
	for d := from; !d.After(to) && !d.After(c.now); d = d.Add(day) {
		if slip("usage-end-exclusive") && d.Equal(to) && !from.Equal(to) {
			break
		}
		next := d.Add(day)
		u := usageView{Date: d.Format(dateFmt)}
		switch metric {
		case "CommunicationDuration":
			for _, x := range st.sessions {
				if x.appID == a.AppID {
					u.add(x.tier, x.overlap(d, next, c.now).Truncate(time.Second))
				}
			}
		default:
			kind := "transcode"
			if metric == "RecordDuration" {
				kind = "record"
			}
			for _, r := range st.usage {
				if r.appID == a.AppID && r.kind == kind {
					u.add(r.tier, overlap(r.start, r.end, d, next))
				}
			}
			live := func(j *jobBase) {
				start := j.runningAt
				if kind == "record" {
					start = j.recordingAt
				}
				if j.AppID != a.AppID || start.IsZero() {
					return
				}
				end := c.now
				if j.StopTime != nil {
					end = *j.StopTime
				}
				u.add(j.tier, overlap(start, end, d, next))
			}
			if kind == "transcode" {
				for _, j := range st.mixJobs {
					live(&j.jobBase)
				}
			} else {
				for _, j := range st.mixJobs {
					live(&j.jobBase)
				}
				for _, j := range st.indJobs {
					live(&j.jobBase)
				}
			}
		}
		out = append(out, u)
	}
	return 200, map[string]interface{}{"usage": out}, nil
}

type scaleDay struct {
	Date          string `json:"date"`
	Users         *int64 `json:"user_count,omitempty"`
	Sessions      *int64 `json:"session_count,omitempty"`
	Rooms         *int64 `json:"room_count,omitempty"`
	MaxUsers      *int64 `json:"max_online_user_count,omitempty"`
	MaxRooms      *int64 `json:"max_online_room_count,omitempty"`
	Communication *int64 `json:"communication_duration,omitempty"`
	Video         *int64 `json:"video_communication_duration,omitempty"`
	Audio         *int64 `json:"audio_communication_duration,omitempty"`
}

var scaleMetrics = []string{"UserCount", "SessionCount", "RoomCount", "MaxOnlineUserCount", "MaxOnlineRoomCount",
	"CommunicationDuration", "VideoCommunicationDuration", "AudioCommunicationDuration"}

// metricList reads the mandatory Array parameter metric (or mid).
func (c *reqCtx) metricList(name string, known []string) ([]string, *apiError) {
	if _, ok := c.query[name]; !ok {
		return nil, errDataMissing(name)
	}
	list := c.listParam(name)
	if len(list) == 0 {
		return nil, errDataMissing(name)
	}
	for _, m := range list {
		if !contains(known, m) {
			return nil, errData("Invalid request parameter: " + name)
		}
	}
	return list, nil
}

// peak is the greatest number of intervals open at the same time within [from,to).
func peak(ivs [][2]time.Time, from, to time.Time) int64 {
	type mark struct {
		t time.Time
		d int64
	}
	var ms []mark
	for _, iv := range ivs {
		a, b := iv[0], iv[1]
		if a.Before(from) {
			a = from
		}
		if b.After(to) {
			b = to
		}
		if b.After(a) {
			ms = append(ms, mark{a, 1}, mark{b, -1})
		}
	}
	sort.Slice(ms, func(i, j int) bool {
		if !ms[i].t.Equal(ms[j].t) {
			return ms[i].t.Before(ms[j].t)
		}
		return ms[i].d < ms[j].d
	})
	var cur, max int64
	for _, m := range ms {
		if cur += m.d; cur > max {
			max = cur
		}
	}
	return max
}

func (s *server) statHistoryScale(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	metrics, err := c.metricList("metric", scaleMetrics)
	if err != nil {
		return 0, nil, err
	}
	maxSpan := 31
	if slip("history-span-32") {
		maxSpan++
	}
	from, to, err := c.dates(false, maxSpan, 31)
	if err != nil {
		return 0, nil, err
	}
	today := c.now.Truncate(day)
	out := []scaleDay{}
	for d := from; !d.After(to) && (d.Before(today) || (slip("history-today") && d.Equal(today))); d = d.Add(day) {
		next := d.Add(day)
		users := map[string]bool{}
		var sessions, rooms, comm, video, audio int64
		var online, open [][2]time.Time
		for _, x := range st.sessions {
			if x.appID != a.AppID || x.fail {
				continue
			}
			if !x.join.Before(d) && x.join.Before(next) {
				sessions++
				k := x.roomID + "\x00" + x.uid
				if slip("history-users-per-app") {
					k = x.uid
				}
				users[k] = true
			}
			end := x.leave
			if end.IsZero() {
				end = c.now
			}
			online = append(online, [2]time.Time{x.join, end})
			secs := int64(x.overlap(d, next, c.now) / time.Second)
			comm += secs
			if x.video() {
				video += secs
			} else {
				audio += secs
			}
		}
		ids := map[string]bool{}
		for _, r := range st.rooms {
			if r.appID != a.AppID {
				continue
			}
			if !r.start.Before(d) && r.start.Before(next) {
				if slip("history-rooms-by-id") && ids[r.roomID] {
					continue
				}
				ids[r.roomID] = true
				rooms++
			}
			end := r.end
			if end.IsZero() {
				end = c.now
			}
			open = append(open, [2]time.Time{r.start, end})
		}
		if slip("history-sessions-as-users") {
			sessions = int64(len(users))
		}
		if slip("history-comm-double") {
			comm = video
		}
		v := scaleDay{Date: d.Format(dateFmt)}
		for _, m := range metrics {
			n := new(int64)
			switch m {
			case "UserCount":
				*n, v.Users = int64(len(users)), n
			case "SessionCount":
				*n, v.Sessions = sessions, n
			case "RoomCount":
				*n, v.Rooms = rooms, n
			case "MaxOnlineUserCount":
				*n, v.MaxUsers = peak(online, d, next), n
				if slip("history-max-users-sum") {
					*n = sessions
				}
			case "MaxOnlineRoomCount":
				*n, v.MaxRooms = peak(open, d, next), n
			case "CommunicationDuration":
				*n, v.Communication = comm, n
			case "VideoCommunicationDuration":
				*n, v.Video = video, n
			case "AudioCommunicationDuration":
				*n, v.Audio = audio, n
			}
		}
		out = append(out, v)
		if slip("history-metric-first-only") {
			metrics = metrics[:1]
		}
	}
	return 200, map[string]interface{}{"scale": out}, nil
}

type qualityDay struct {
	Date       string   `json:"date"`
	Join       *float64 `json:"join_success_rate,omitempty"`
	Join5      *float64 `json:"join_success_in5secs_rate,omitempty"`
	VFreeze    *float64 `json:"video_freeze_rate,omitempty"`
	AFreeze    *float64 `json:"audio_freeze_rate,omitempty"`
	FirstVideo *int64   `json:"first_video_recv_time,omitempty"`
	FirstAudio *int64   `json:"first_audio_recv_time,omitempty"`
	Pull       *float64 `json:"pull_stream_success_rate,omitempty"`
	Push       *float64 `json:"push_stream_success_rate,omitempty"`
	VUp        *float64 `json:"video_upstream_excellent_trans_rate,omitempty"`
	AUp        *float64 `json:"audio_upstream_excellent_trans_rate,omitempty"`
	VTrans     *float64 `json:"video_excellent_trans_rate,omitempty"`
	ATrans     *float64 `json:"audio_excellent_trans_rate,omitempty"`
	VDelay     *float64 `json:"video_trans_delay,omitempty"`
	ADelay     *float64 `json:"audio_trans_delay,omitempty"`
}

var qualityMetrics = []string{"JoinSuccessRate", "JoinSuccess5SecsRate", "VideoFreezeRate", "AudioFreezeRate", "FirstVideoRecvTime",
	"FirstAudioRecvTime", "PullStreamSuccessRate", "PushStreamSuccessRate", "VideoUpstreamExcellentTransRate",
	"AudioUpstreamExcellentTransRate", "VideoExcellentTransRate", "AudioExcellentTransRate", "VideoTransDelay", "AudioTransDelay"}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	if slip("quality-delay-mean") {
		sum := 0.0
		for _, x := range v {
			sum += x
		}
		return round4(sum / float64(len(v)))
	}
	sort.Float64s(v)
	m := len(v) / 2
	if len(v)%2 == 1 {
		return v[m]
	}
	return (v[m-1] + v[m]) / 2
}

func ratio(a, b int) float64 {
	if b == 0 {
		return 0
	}
	r := float64(a) / float64(b)
	if slip("history-quality-percent") {
		r *= 100
	}
	return round4(r)
}

func (s *server) statHistoryQuality(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := s.dataApp(c, "app")
	if err != nil {
		return 0, nil, err
	}
	metrics, err := c.metricList("metric", qualityMetrics)
	if err != nil {
		return 0, nil, err
	}
	from, to, err := c.dates(false, 31, 31)
	if err != nil {
		return 0, nil, err
	}
	today := c.now.Truncate(day)
	out := []qualityDay{}
	for d := from; !d.After(to) && d.Before(today); d = d.Add(day) {
		var xs []*session
		for _, x := range st.sessions {
			if x.appID == a.AppID && !x.join.Before(d) && x.join.Before(d.Add(day)) {
				xs = append(xs, x)
			}
		}
		if len(xs) == 0 {
			continue
		}
		v := qualityDay{Date: d.Format(dateFmt)}
		for _, m := range metrics {
			st.qualityOf(&v, m, xs, c.now)
		}
		out = append(out, v)
	}
	return 200, map[string]interface{}{"quality": out}, nil
}

func (st *store) qualityOf(v *qualityDay, metric string, xs []*session, now time.Time) {
	f, n := new(float64), new(int64)
	count := func(ok func(*session) bool) (k int) {
		for _, x := range xs {
			if ok(x) {
				k++
			}
		}
		return
	}
	meanInt := func(get func(*session) int) int64 {
		sum, k := 0, 0
		for _, x := range xs {
			if g := get(x); !x.fail && g > 0 {
				sum += g
				k++
			}
		}
		if k == 0 {
			return 0
		}
		return int64(math.Round(float64(sum) / float64(k)))
	}
	delays := func(get func(*session) float64) float64 {
		var ds []float64
		for _, x := range xs {
			if g := get(x); !x.fail && g > 0 {
				ds = append(ds, g)
			}
		}
		return median(ds)
	}
	sampled := func() float64 {
		sum, k := 0.0, 0
		for _, x := range xs {
			end := x.leave
			if end.IsZero() {
				end = now
			}
			if x.fail {
				continue
			}
			for _, t := range minutes(x.join, end, now) {
				if s, ok := st.sample(x, metric, t); ok {
					sum += s
					k++
				}
			}
		}
		if k == 0 {
			return 0
		}
		if slip("history-quality-percent") {
			sum *= 100
		}
		return round4(sum / float64(k))
	}
	switch metric {
	case "JoinSuccessRate":
		*f, v.Join = ratio(count(func(x *session) bool { return !x.fail }), len(xs)), f
	case "JoinSuccess5SecsRate":
		limit := 5000
		if slip("quality-join5-ignores-slow") {
			limit = 1 << 30
		}
		*f, v.Join5 = ratio(count(func(x *session) bool { return !x.fail && x.joinMs <= limit }), len(xs)), f
	case "VideoFreezeRate":
		*f, v.VFreeze = sampled(), f
	case "AudioFreezeRate":
		*f, v.AFreeze = sampled(), f
	case "FirstVideoRecvTime":
		*n, v.FirstVideo = meanInt(func(x *session) int { return x.firstVideo }), n
	case "FirstAudioRecvTime":
		*n, v.FirstAudio = meanInt(func(x *session) int { return x.firstAudio }), n
	case "PullStreamSuccessRate", "PushStreamSuccessRate":
		var ok, all int
		for _, x := range xs {
			if metric == "PullStreamSuccessRate" {
				ok, all = ok+x.pullsOK, all+x.pulls
			} else {
				ok, all = ok+x.pushesOK, all+x.pushes
			}
		}
		*f = ratio(ok, all)
		if metric == "PullStreamSuccessRate" {
			v.Pull = f
		} else {
			v.Push = f
		}
	case "VideoUpstreamExcellentTransRate":
		*f, v.VUp = sampled(), f
	case "AudioUpstreamExcellentTransRate":
		*f, v.AUp = sampled(), f
	case "VideoExcellentTransRate":
		*f, v.VTrans = sampled(), f
	case "AudioExcellentTransRate":
		*f, v.ATrans = sampled(), f
	case "VideoTransDelay":
		*f, v.VDelay = delays(func(x *session) float64 { return x.vDelay }), f
	case "AudioTransDelay":
		*f, v.ADelay = delays(func(x *session) float64 { return x.aDelay }), f
	}
}
