package main

import (
	"fmt"
	"math/rand"
	"time"
)

// regionNames is table 14-2.
var regionNames = map[string]string{
	"OT": "其他", "BJ": "北京", "TJ": "天津", "CQ": "重庆", "SH": "上海", "GD": "广东", "HI": "海南", "GX": "广西", "YN": "云南", "SX": "山西",
	"HE": "河北", "NM": "内蒙古", "NX": "宁夏", "LN": "辽宁", "JL": "吉林", "HL": "黑龙江", "JS": "江苏", "ZJ": "浙江", "JX": "江西", "SD": "山东",
	"FJ": "福建", "AH": "安徽", "SC": "四川", "XZ": "西藏", "SN": "陕西", "QH": "青海", "XJ": "新疆", "GS": "甘肃", "GZ": "贵州", "HB": "湖北",
	"HN": "湖南", "HA": "河南", "HK": "香港", "MO": "澳门", "TW": "台湾",
}

type persona struct {
	uid, nick, region, isp, device, platform, sdk, net, role, tier string
	shares                                                         bool
}

var people = []persona{
	{"u-lin", "林老师", "GD", "CTCC", "Huawei MatePad Pro", "android 12", "2.4.1", "wifi", roleJoiner, "hdp", true},
	{"u-chen", "Chen", "GD", "CMCC", "Redmi Note 7", "android 10", "2.4.1", "4g", roleJoiner, "hd", false},
	{"u-wang", "小王", "SN", "CTCC", "iPhone13,2", "ios 16.1", "2.4.0", "5g", rolePublisher, "hd", false},
	{"u-zhao", "Zhao", "BJ", "CUCC", "MacBook", "web-Mac10_15_4", "2.3.7", "wifi", roleJoiner, "sd", false},
	{"u-sun", "孙", "ZJ", "CMCC", "ThinkPad X1", "web-Windows11", "2.3.7", "ethernet", roleJoiner, "hd", true},
	{"u-qian", "Qian", "GD", "CTCC", "HUAWEI P40", "android 11", "2.4.1", "wifi", rolePlayer, "sd", false},
	{"u-li", "李", "SH", "CUCC", "iPad8,1", "ios 15.7", "2.4.0", "wifi", roleJoiner, "audio", false},
	{"U-Lin", "Lin (tablet)", "HK", "HKT", "Galaxy Tab S7", "android 12", "2.4.1", "4g", roleJoiner, "audio", false},
	{"u-zhou", "Zhou", "SC", "CMCC", "OPPO Reno8", "android 12", "2.4.1", "5g", rolePlayer, "sd", false},
}

type seeder struct {
	st  *store
	rnd *rand.Rand
	seq int
}

func hexN(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = "0123456789abcdef"[r.Intn(16)]
	}
	return string(b)
}

// join adds one session; leave may be zero for a user who is still in the room.
func (g *seeder) join(r *roomInst, p persona, join, leave time.Time, failed bool) *session {
	join = join.UTC().Truncate(time.Second)
	if !leave.IsZero() {
		leave = leave.UTC().Truncate(time.Second)
	}
	x := &session{
		appID: r.appID, roomID: r.roomID, inst: r, uid: p.uid, id: hexN(g.rnd, 32), nick: p.nick,
		ip:     fmt.Sprintf("10.%d.%d.%d", 20+g.rnd.Intn(60), g.rnd.Intn(256), 1+g.rnd.Intn(254)),
		region: p.region, isp: p.isp, device: p.device, platform: p.platform, sdk: p.sdk, accessNet: p.net, role: p.role,
		join: join, leave: leave, tier: p.tier, shares: p.shares, joinMs: 250 + g.rnd.Intn(1800),
	}
	if g.rnd.Intn(9) == 0 {
		x.joinMs = 5200 + g.rnd.Intn(3000)
	}
	if failed {
		x.fail, x.leave, x.joinMs = true, time.Time{}, 0
	} else {
		x.pulls, x.pushes = 2+g.rnd.Intn(4), 1
		if p.role == rolePlayer {
			x.pushes = 0
		}
		x.pullsOK, x.pushesOK = x.pulls, x.pushes
		if g.rnd.Intn(6) == 0 {
			x.pullsOK--
		}
		if p.tier != "audio" {
			x.firstVideo = 300 + g.rnd.Intn(900)
			x.vDelay = float64(40+g.rnd.Intn(900)/10) + 0.5*float64(g.rnd.Intn(2))
			if g.rnd.Intn(5) == 0 {
				x.vDelay += 260
			}
		}
		x.firstAudio = 150 + g.rnd.Intn(600)
		x.aDelay = float64(30+g.rnd.Intn(60)) + 0.5*float64(g.rnd.Intn(2))
		if g.rnd.Intn(5) == 0 {
			x.aDelay += 210
		}
	}
	g.st.sessions = append(g.st.sessions, x)
	if x.fail || x.joinMs > 5000 {
		f := []int{1, 5, 7, 9, 90000004, 10000001}[g.rnd.Intn(6)]
		if x.webrtc() {
			f = []int{90100008, 90100009, 15}[g.rnd.Intn(3)]
		}
		g.st.events = append(g.st.events, &abnEvent{sess: x, time: join, typ: 1, factor: f})
	}
	return x
}

func (g *seeder) freeze(x *session, at time.Time, typ int, peer string) {
	local := map[int][]int{2: {1, 2, 9, 10, 14}, 3: {1, 7, 8, 13}}[typ]
	remote := map[int][]int{2: {5, 6, 12, 18, 19}, 3: {3, 4, 11, 15, 17}}[typ]
	f := local[g.rnd.Intn(len(local))]
	if peer != "" {
		f = remote[g.rnd.Intn(len(remote))]
	}
	g.st.events = append(g.st.events, &abnEvent{sess: x, time: at.UTC().Truncate(time.Second), typ: typ, factor: f, peer: peer})
}

// closedRoom seeds one finished opening of a room.
func (g *seeder) closedRoom(a *app, roomID string, start time.Time, minutes int, who []persona) {
	start = start.UTC().Truncate(time.Second)
	r := &roomInst{appID: a.AppID, roomID: roomID, uuid: hexN(g.rnd, 32)}
	g.st.rooms = append(g.st.rooms, r)
	total := time.Duration(minutes) * time.Minute
	var xs []*session
	for i, p := range who {
		join := start
		if i > 0 {
			join = start.Add(time.Duration(20+g.rnd.Intn(minutes*20)) * time.Second)
		}
		leave := start.Add(total - time.Duration(i*37)*time.Second)
		if i == 2 { // drops out and comes back
			mid := join.Add(leave.Sub(join) / 2)
			xs = append(xs, g.join(r, p, join, mid, false))
			join = mid.Add(45 * time.Second)
		}
		if i == 3 && g.rnd.Intn(2) == 0 {
			g.join(r, p, join.Add(-12*time.Second), time.Time{}, true)
		}
		xs = append(xs, g.join(r, p, join, leave, false))
	}
	for _, x := range xs {
		if r.start.IsZero() || x.join.Before(r.start) {
			r.start = x.join
		}
		if x.leave.After(r.end) {
			r.end = x.leave
		}
	}
	for i := 1; i < len(xs); i++ {
		x := xs[i]
		at := x.join.Add(x.leave.Sub(x.join) * time.Duration(30+g.rnd.Intn(50)) / 100)
		peer := ""
		if i%2 == 0 {
			peer = xs[0].uid
		}
		if x.video() {
			g.freeze(x, at, 2, peer)
		} else {
			g.freeze(x, at, 3, peer)
		}
	}
	g.st.usage = append(g.st.usage,
		&usageRec{a.AppID, "transcode", "hd", r.start.Add(time.Minute), r.end},
		&usageRec{a.AppID, "record", "hd", r.start.Add(time.Minute), r.end},
		&usageRec{a.AppID, "record", "audio", r.start.Add(2 * time.Minute), r.end.Add(-time.Minute)})
	if minutes > 40 {
		g.st.usage = append(g.st.usage, &usageRec{a.AppID, "transcode", "hdp", r.start.Add(3 * time.Minute), r.end})
	}
}

// liveRoom seeds a room with users in it.
func (g *seeder) liveRoom(a *app, roomID string, now time.Time, ago time.Duration, who []persona) {
	start := now.Add(-ago).Truncate(time.Second)
	r := &roomInst{appID: a.AppID, roomID: roomID, uuid: hexN(g.rnd, 32), start: start}
	g.st.rooms = append(g.st.rooms, r)
	for i, p := range who {
		join := start.Add(time.Duration(i*95) * time.Second)
		switch i {
		case 1: // went away and came back
			g.join(r, p, join, join.Add(6*time.Minute), false)
			join = join.Add(7 * time.Minute)
		case 4: // left for good
			x := g.join(r, p, join, now.Add(-ago/4), false)
			g.freeze(x, join.Add(3*time.Minute), 2, who[0].uid)
			continue
		case 5: // never got in
			g.join(r, p, join, time.Time{}, true)
			continue
		}
		x := g.join(r, p, join, time.Time{}, false)
		for k := 0; k < 3 && i > 0; k++ {
			at := now.Add(-ago/2 + time.Duration(k*110+i*17)*time.Second)
			peer := ""
			if k == 1 {
				peer = who[0].uid
			}
			typ := 2
			if !x.video() || k == 2 {
				typ = 3
			}
			g.freeze(x, at, typ, peer)
		}
	}
}

func seed(st *store, m *iam, now time.Time) *readyInfo {
	rnd := rand.New(rand.NewSource(20231128))
	d1, d2 := hexN(rnd, 32), hexN(rnd, 32)
	p1 := &project{hexN(rnd, 32), "cn-north-4", d1, "production"}
	p2 := &project{hexN(rnd, 32), "cn-north-4_staging", d1, "staging"}
	p3 := &project{hexN(rnd, 32), "cn-north-4", d2, ""}
	m.projects = []*project{p1, p2, p3}
	u1 := &user{hexN(rnd, 32), "rtc-operator", "Op3rator!pass", d1, "acme-media", "AK" + hexN(rnd, 18), hexN(rnd, 40)}
	u2 := &user{hexN(rnd, 32), "globex-admin", "Gl0bex!pass", d2, "globex", "AK" + hexN(rnd, 18), hexN(rnd, 40)}
	m.users = []*user{u1, u2}

	st.mu.Lock()
	defer st.mu.Unlock()
	g := &seeder{st: st, rnd: rnd}
	old := now.Add(-95 * day)
	appA := st.newApp("campus-live", d1, u1.DomainName, p1.ID, old)
	appB := st.newApp("helpdesk", d1, u1.DomainName, p1.ID, old.Add(time.Hour))
	appC := st.newApp("campus-live-staging", d1, u1.DomainName, p2.ID, old.Add(2*time.Hour))
	appD := st.newApp("globex-meetings", d2, u2.DomainName, p3.ID, old.Add(3*time.Hour))

	const mainRoom = "lecture-hall-7"
	today := now.Truncate(day)
	for _, ago := range []int{80, 45, 29, 20, 12, 9, 6, 5, 4, 3, 2, 1} {
		d := today.Add(-time.Duration(ago) * day)
		g.closedRoom(appA, mainRoom, d.Add(8*time.Hour+7*time.Second), 50, people[:6])
		if ago%2 == 0 || ago < 4 {
			g.closedRoom(appA, "seminar-b", d.Add(8*time.Hour+30*time.Minute), 35, people[2:6])
		}
		if ago < 7 {
			g.closedRoom(appA, "office-hours", d.Add(15*time.Hour+20*time.Minute+11*time.Second), 25, []persona{people[6], people[7], people[0]})
		}
		if ago < 4 {
			// the same room once more on the same day
			g.closedRoom(appA, "seminar-b", d.Add(19*time.Hour), 20, people[1:4])
		}
		if ago == 1 {
			g.closedRoom(appA, "Seminar-B", d.Add(11*time.Hour), 15, people[4:7])
		}
		if ago < 10 {
			g.closedRoom(appB, mainRoom, d.Add(9*time.Hour), 30, people[3:8])
			g.closedRoom(appC, mainRoom, d.Add(10*time.Hour), 20, people[:4])
			g.closedRoom(appD, mainRoom, d.Add(9*time.Hour+15*time.Minute), 20, people[1:5])
		}
	}
	// today, whatever the hour: rooms which ended a while ago
	g.closedRoom(appA, "seminar-b", now.Add(-4*time.Hour), 40, people[2:7])
	g.closedRoom(appA, "office-hours", now.Add(-35*time.Minute), 15, []persona{people[6], people[7]})
	// now
	g.liveRoom(appA, mainRoom, now, 52*time.Minute, people)
	g.liveRoom(appA, "seminar-b", now, 25*time.Minute, people[2:4])
	g.liveRoom(appB, mainRoom, now, 40*time.Minute, people[:4])
	g.liveRoom(appC, mainRoom, now, 30*time.Minute, people[:3])
	g.liveRoom(appD, mainRoom, now, 45*time.Minute, people[1:4])

	const picture, pictureSize = "pictures/backgrounds/campus.png", 48213
	created := now.Add(-120 * day)
	st.buckets = []*obsBucket{
		{name: "acme-rtc-media", location: "cn-north-4", domainID: d1, created: created, authorized: true, objects: []obsObject{
			{"README.txt", 512, created},
			{"pictures/", 0, created},
			{picture, pictureSize, created.Add(26 * time.Hour)},
			{"pictures/backgrounds/blank.jpg", 1024, created.Add(27 * time.Hour)},
			{"pictures/avatars/teacher.jpg", 20481, created.Add(30 * time.Hour)},
			{"Record/mp4/lecture.mp4", 73400321, now.Add(-20 * time.Hour)},
			{"archive/pictures/old.png", 2050, created.Add(5 * time.Hour)},
		}},
		{name: "acme-archive", location: "cn-north-1", domainID: d1, created: created.Add(50 * time.Hour)},
		{name: "globex-media", location: "cn-north-4", domainID: d2, created: created.Add(7 * time.Hour), authorized: true, objects: []obsObject{
			{"logo.png", 9000, created.Add(9 * time.Hour)},
		}},
	}

	exp := now.Add(tokenTTL)
	return &readyInfo{
		ProjectID: p1.ID, ProjectName: p1.Name, Token: m.issue(u1, p1.ID, exp), AK: u1.AK, SK: u1.SK, User: u1.Name, Password: u1.Password, Domain: u1.DomainName,
		SecondToken: m.issue(u1, p2.ID, exp), SecondProjectID: p2.ID,
		SecondTenantToken: m.issue(u2, p3.ID, exp), SecondTenantProjectID: p3.ID,
		ExpiredToken: m.issue(u1, p1.ID, now.Add(-time.Minute)),
		AppID:        appA.AppID, RoomID: mainRoom, UserID: people[0].uid,
		Bucket: "acme-rtc-media", BucketLocation: "cn-north-4", BucketObject: picture, BucketObjectBytes: pictureSize,
	}
}
