package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"sync"
	"time"
)

const (
	tokenTTL   = 24 * time.Hour
	clockSkew  = 15 * time.Minute
	sdkDateFmt = "20060102T150405Z"
)

type identity struct {
	userID, userName     string
	domainID, domainName string
	projectID            string // empty for account level tokens
	viaAKSK              bool
}

type project struct {
	ID, Name, DomainID, Description string
}

type user struct {
	ID, Name, Password   string
	DomainID, DomainName string
	AK, SK               string
}

type tokenRec struct {
	id      identity
	expires time.Time
}

type iam struct {
	mu       sync.RWMutex
	users    []*user
	projects []*project
	tokens   map[string]*tokenRec
}

func newIAM() *iam { return &iam{tokens: map[string]*tokenRec{}} }

func (m *iam) issue(u *user, projectID string, expires time.Time) string {
	b := make([]byte, 180)
	_, _ = rand.Read(b)
	tok := "MIIO" + base64.RawURLEncoding.EncodeToString(b)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[tok] = &tokenRec{
		id:      identity{userID: u.ID, userName: u.Name, domainID: u.DomainID, domainName: u.DomainName, projectID: projectID},
		expires: expires,
	}
	return tok
}

func (m *iam) projectOf(domainID, id, name string) *project {
	for _, p := range m.projects {
		if p.DomainID == domainID && ((id != "" && p.ID == id) || (id == "" && name != "" && p.Name == name)) {
			return p
		}
	}
	return nil
}

func (s *server) authenticate(c *reqCtx, rt *route) (*identity, *apiError) {
	var id *identity
	var err *apiError
	if tok := c.r.Header.Get("X-Auth-Token"); tok != "" {
		id, err = s.authToken(tok, c.now)
	} else if az := c.r.Header.Get("Authorization"); az != "" && !rt.tokenOnly {
		id, err = s.authAKSK(c, az)
	} else if rt.tokenOnly {
		return nil, errUnauthorized("X-Auth-Token is required")
	} else {
		return nil, errUnauthorized("no credentials in the request")
	}
	if err != nil {
		return nil, err
	}
	if id.projectID == "" && !rt.anyScope {
		return nil, errNoDomain()
	}
	return id, nil
}

func (s *server) authToken(tok string, now time.Time) (*identity, *apiError) {
	s.iam.mu.RLock()
	rec, ok := s.iam.tokens[tok]
	s.iam.mu.RUnlock()
	if !ok {
		return nil, errUnauthorized("token is not valid")
	}
	if !now.Before(rec.expires) && !slip("auth-expired-token") {
		return nil, errUnauthorized("token has expired")
	}
	id := rec.id
	return &id, nil
}

func (s *server) authAKSK(c *reqCtx, az string) (*identity, *apiError) {
	const alg = "SDK-HMAC-SHA256"
	if !strings.HasPrefix(az, alg+" ") {
		return nil, errUnauthorized("unsupported signature algorithm")
	}
	fields := map[string]string{}
	for _, part := range strings.Split(strings.TrimPrefix(az, alg+" "), ",") {
		if k, v, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			fields[k] = v
		}
	}
	ak, sig, signed := fields["Access"], fields["Signature"], fields["SignedHeaders"]
	if ak == "" || sig == "" || signed == "" {
		return nil, errUnauthorized("malformed Authorization header")
	}
	if len(c.body) > maxAKSKBody {
		return nil, errUnauthorized("a signed request may not exceed 12 MB, use a token")
	}
	date := c.r.Header.Get("X-Sdk-Date")
	ts, err := time.Parse(sdkDateFmt, date)
	if err != nil {
		return nil, errUnauthorized("X-Sdk-Date is missing or malformed")
	}
	if d := c.now.Sub(ts); d > clockSkew || d < -clockSkew {
		return nil, errUnauthorized("X-Sdk-Date is outside the permitted clock skew")
	}
	var u *user
	for _, cand := range s.iam.users {
		if cand.AK != "" && cand.AK == ak {
			u = cand
		}
	}
	if u == nil {
		return nil, errUnauthorized("access key does not exist")
	}
	names := strings.Split(strings.ToLower(signed), ";")
	if !contains(names, "x-sdk-date") {
		return nil, errUnauthorized("x-sdk-date must be signed")
	}
	want := signRequest(c.r, c.body, names, date, u.SK)
	if subtle.ConstantTimeCompare([]byte(want), []byte(strings.ToLower(sig))) != 1 && !slip("auth-signature-unchecked") {
		return nil, errUnauthorized("verify aksk signature fail")
	}
	id := &identity{userID: u.ID, userName: u.Name, domainID: u.DomainID, domainName: u.DomainName, viaAKSK: true}
	pid := c.r.Header.Get("X-Project-Id")
	if pid == "" {
		if strings.HasPrefix(c.r.URL.Path, "/v3/") {
			return id, nil
		}
		return nil, errMissing("X-Project-Id")
	}
	if s.iam.projectOf(u.DomainID, pid, "") == nil {
		return nil, errForbidden("X-Project-Id is not a project of the caller")
	}
	id.projectID = pid
	return id, nil
}

func signRequest(r *http.Request, body []byte, names []string, date, sk string) string {
	uri := canonicalURI(r.URL.EscapedPath())
	var hb strings.Builder
	for _, n := range names {
		v := r.Header.Values(n)
		if n == "host" {
			v = []string{r.Host}
		}
		trimmed := make([]string, len(v))
		for i := range v {
			trimmed[i] = strings.TrimSpace(v[i])
		}
		hb.WriteString(n + ":" + strings.Join(trimmed, ",") + "\n")
	}
	sum := sha256.Sum256(body)
	canonical := strings.Join([]string{r.Method, uri, canonicalQuery(r.URL.RawQuery), hb.String(), strings.Join(names, ";"), hex.EncodeToString(sum[:])}, "\n")
	csum := sha256.Sum256([]byte(canonical))
	sts := "SDK-HMAC-SHA256\n" + date + "\n" + hex.EncodeToString(csum[:])
	mac := hmac.New(sha256.New, []byte(sk))
	mac.Write([]byte(sts))
	return hex.EncodeToString(mac.Sum(nil))
}

func canonicalURI(escaped string) string {
	segs := strings.Split(escaped, "/")
	for i, sg := range segs {
		if dec, err := url.PathUnescape(sg); err == nil {
			segs[i] = rfc3986(dec)
		}
	}
	p := strings.Join(segs, "/")
	if !strings.HasSuffix(p, "/") {
		p += "/"
	}
	return p
}

func canonicalQuery(raw string) string {
	q, _ := url.ParseQuery(raw)
	keys := make([]string, 0, len(q))
	for k := range q {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var parts []string
	for _, k := range keys {
		vs := append([]string(nil), q[k]...)
		sort.Strings(vs)
		for _, v := range vs {
			parts = append(parts, rfc3986(k)+"="+rfc3986(v))
		}
	}
	return strings.Join(parts, "&")
}

func rfc3986(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(url.QueryEscape(s), "+", "%20"), "%7E", "~")
}

// ---- identity endpoints ----

type nameID struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

type tokenRequest struct {
	Auth *struct {
		Identity *struct {
			Methods  []string `json:"methods"`
			Password *struct {
				User *struct {
					ID       string  `json:"id"`
					Name     string  `json:"name"`
					Password string  `json:"password"`
					Domain   *nameID `json:"domain"`
				} `json:"user"`
			} `json:"password"`
		} `json:"identity"`
		Scope *struct {
			Project *nameID `json:"project"`
			Domain  *nameID `json:"domain"`
		} `json:"scope"`
	} `json:"auth"`
}

type projectView struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	DomainID    string       `json:"domain_id"`
	ParentID    string       `json:"parent_id"`
	IsDomain    bool         `json:"is_domain"`
	Enabled     bool         `json:"enabled"`
	Description string       `json:"description"`
	Links       projectLinks `json:"links"`
}

type projectLinks struct {
	Self     string  `json:"self"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
}

func iamErr(status int, code, msg string) *apiError { return newErr(status, code, msg) }

func (s *server) createToken(c *reqCtx) (int, interface{}, *apiError) {
	var req tokenRequest
	if err := c.decode(&req); err != nil {
		return 0, nil, iamErr(400, "IAM.0011", "The format of message is error: "+err.Msg)
	}
	if req.Auth == nil || req.Auth.Identity == nil || req.Auth.Identity.Password == nil || req.Auth.Identity.Password.User == nil ||
		!contains(req.Auth.Identity.Methods, "password") {
		return 0, nil, iamErr(400, "IAM.0011", "The format of message is error: only the password method is supported")
	}
	in := req.Auth.Identity.Password.User
	var u *user
	for _, cand := range s.iam.users {
		if (in.ID != "" && cand.ID == in.ID) ||
			(in.Name != "" && cand.Name == in.Name && in.Domain != nil && (in.Domain.Name == cand.DomainName || (in.Domain.ID != "" && in.Domain.ID == cand.DomainID))) {
			u = cand
		}
	}
	if u == nil || subtle.ConstantTimeCompare([]byte(u.Password), []byte(in.Password)) != 1 {
		return 0, nil, iamErr(401, "IAM.0101", "The username or password is wrong.")
	}
	var proj *project
	if sc := req.Auth.Scope; sc != nil && sc.Project != nil {
		if proj = s.iam.projectOf(u.DomainID, sc.Project.ID, sc.Project.Name); proj == nil {
			return 0, nil, iamErr(400, "IAM.0012", "The project of the scope does not exist in this account.")
		}
	} else if sc != nil && sc.Domain != nil {
		if sc.Domain.Name != u.DomainName && sc.Domain.ID != u.DomainID {
			return 0, nil, iamErr(403, "IAM.0002", "You have no right to access this account.")
		}
	}
	ttl := tokenTTL
	if slip("token-ttl") {
		ttl = time.Hour
	}
	issued := c.now.Truncate(time.Microsecond)
	expires := issued.Add(ttl)
	pid := ""
	if proj != nil {
		pid = proj.ID
	}
	tok := s.iam.issue(u, pid, expires)
	c.w.Header().Set("X-Subject-Token", tok)
	dom := nameID{u.DomainID, u.DomainName}
	body := map[string]interface{}{
		"methods":    []string{"password"},
		"issued_at":  issued.Format("2006-01-02T15:04:05.000000Z"),
		"expires_at": expires.Format("2006-01-02T15:04:05.000000Z"),
		"user":       map[string]interface{}{"id": u.ID, "name": u.Name, "domain": dom, "password_expires_at": ""},
		"roles":      []nameID{{"0", "rtc_adm"}},
		"catalog":    []interface{}{},
	}
	if proj != nil {
		body["project"] = map[string]interface{}{"id": proj.ID, "name": proj.Name, "domain": dom}
	} else {
		body["domain"] = dom
	}
	return 201, map[string]interface{}{"token": body}, nil
}

func (s *server) listProjects(c *reqCtx) (int, interface{}, *apiError) {
	self := "http://" + c.r.Host + "/v3/projects"
	out := []projectView{}
	for _, p := range s.iam.projects {
		if p.DomainID != c.id.domainID && !slip("projects-all-tenants") {
			continue
		}
		if n := c.query.Get("name"); n != "" && n != p.Name {
			continue
		}
		out = append(out, projectView{ID: p.ID, Name: p.Name, DomainID: p.DomainID, ParentID: p.DomainID, Enabled: true,
			Description: p.Description, Links: projectLinks{Self: self + "/" + p.ID}})
	}
	return 200, map[string]interface{}{"projects": out, "links": projectLinks{Self: self}}, nil
}
