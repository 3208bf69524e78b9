package main

import (
	"sort"
	"strings"
	"time"
)

var obsRegions = []string{"cn-north-4", "cn-north-1", "cn-north-5", "cn-north-6", "cn-south-1", "cn-east-2"}

type obsObject struct {
	key      string
	size     int64 // bytes
	modified time.Time
}

type obsBucket struct {
	name, location, domainID string
	created                  time.Time
	authorized               bool
	objects                  []obsObject
}

type bucketView struct {
	Bucket       string `json:"bucket"`
	Location     string `json:"location"`
	CreationDate string `json:"creation_date"`
	IsAuthorized bool   `json:"is_authorized"`
}

type objectView struct {
	FileName     string `json:"file_name"`
	Size         int64  `json:"size"`
	LastModified string `json:"last_modified"`
}

var gmt8 = time.FixedZone("GMT+08:00", 8*3600)

func obsTime(t time.Time) string {
	if slip("obs-date-utc") {
		return t.UTC().Format("2006/01/02 15:04:05") + " GMT+08:00"
	}
	return t.In(gmt8).Format("2006/01/02 15:04:05") + " GMT+08:00"
}

// kilobytes rounds up, so that a file which is not empty is never shown as 0.
func kilobytes(n int64) int64 { return (n + 1023) / 1024 }

func (st *store) bucketOf(domainID, name string) *obsBucket {
	for _, b := range st.buckets {
		if b.domainID == domainID && b.name == name {
			return b
		}
	}
	return nil
}

func (s *server) listBuckets(c *reqCtx) (int, interface{}, *apiError) {
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	out := []bucketView{}
	for _, b := range st.buckets {
		if b.domainID == c.id.domainID || slip("obs-all-tenants") {
			out = append(out, bucketView{b.name, b.location, obsTime(b.created), b.authorized})
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Bucket < out[j].Bucket })
	return 200, struct {
		Count   int          `json:"count"`
		Buckets []bucketView `json:"buckets"`
	}{len(out), out}, nil
}

func (s *server) listObjects(c *reqCtx) (int, interface{}, *apiError) {
	for _, n := range []string{"bucket", "type", "location"} {
		if c.query.Get(n) == "" {
			return 0, nil, errMissing(n)
		}
	}
	typ, loc, prefix := c.query.Get("type"), c.query.Get("location"), c.query.Get("prefix")
	if typ != "folders" && typ != "objects" {
		return 0, nil, errInvalid("type must be folders or objects")
	}
	if !contains(obsRegions, loc) {
		return 0, nil, errInvalid("location")
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	b := st.bucketOf(c.id.domainID, c.query.Get("bucket"))
	if b == nil || (b.location != loc && !slip("obs-location-ignored")) {
		return 0, nil, errBucketNotExist()
	}
	out := []objectView{}
	folders := map[string]time.Time{}
	for _, o := range b.objects {
		in := strings.HasPrefix(o.key, prefix)
		if slip("obs-prefix-substring") {
			in = strings.Contains(o.key, prefix)
		}
		if !in {
			continue
		}
		if typ == "objects" || slip("obs-type-ignored") {
			if !strings.HasSuffix(o.key, "/") {
				size := kilobytes(o.size)
				if slip("obs-size-bytes") {
					size = o.size
				}
				out = append(out, objectView{o.key, size, obsTime(o.modified)})
			}
			continue
		}
		if i := strings.Index(o.key[len(prefix):], "/"); i >= 0 {
			f := o.key[:len(prefix)+i+1]
			if o.modified.After(folders[f]) {
				folders[f] = o.modified
			}
		}
	}
	for f, t := range folders {
		out = append(out, objectView{f, 0, obsTime(t)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].FileName < out[j].FileName })
	return 200, struct {
		Count   int          `json:"count"`
		Objects []objectView `json:"objects"`
	}{len(out), out}, nil
}

func (s *server) authBucket(c *reqCtx) (int, interface{}, *apiError) {
	var req struct {
		Bucket    *string `json:"bucket"`
		Operation *int    `json:"operation"`
		Location  *string `json:"location"`
		ProjectID *string `json:"project_id"`
	}
	if err := c.decode(&req); err != nil {
		return 0, nil, err
	}
	switch {
	case req.Bucket == nil || *req.Bucket == "":
		return 0, nil, errMissing("bucket")
	case req.Operation == nil:
		return 0, nil, errMissing("operation")
	case req.Location == nil || *req.Location == "":
		return 0, nil, errMissing("location")
	case *req.Operation != 0 && *req.Operation != 1 && !slip("obs-operation-any"):
		return 0, nil, errInvalid("operation must be 0 or 1")
	case !contains(obsRegions, *req.Location):
		return 0, nil, errInvalid("location")
	case req.ProjectID != nil && *req.ProjectID != "" && s.iam.projectOf(c.id.domainID, *req.ProjectID, "") == nil:
		return 0, nil, errInvalid("project_id")
	}
	st := s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	b := st.bucketOf(c.id.domainID, *req.Bucket)
	if b == nil || b.location != *req.Location {
		return 0, nil, errBucketNotExist()
	}
	if slip("obs-revoke-ignored") && *req.Operation == 0 {
		return 200, nil, nil
	}
	b.authorized = *req.Operation == 1
	return 200, nil, nil
}
