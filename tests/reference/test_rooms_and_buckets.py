"""Chapters 11 and 12 on the reference."""

from __future__ import annotations

import pytest

BUCKETS = "/v2/rtc-ops/buckets"


@pytest.fixture
def room(world):
    """An application with a running room, and who is in it."""
    for app_id in world.tenants["demo-domain"].apps:
        for session in world.statistics.app(app_id).sessions:
            users = world.statistics.room_users(app_id, session.room_id)
            if users and len(users) > 1:
                return app_id, session.room_id, sorted(users)
    raise AssertionError("no running room was seeded")


def test_remove_users(client, world, room):
    """11.1 answers 202 without a body, and the named users are gone, the others not."""
    app_id, room_id, users = room
    path = f"/v2/apps/{app_id}/rooms/{room_id}/batch-remove-users"
    answer = client.post(path, json={"user_ids": [users[0], users[0], "nobody"]})
    assert (answer.status_code, answer.content) == (202, b"")
    assert world.statistics.room_users(app_id, room_id) == set(users[1:])
    assert client.post(path, json={"user_ids": users}).status_code == 202
    assert world.statistics.room_users(app_id, room_id) is None


def test_remove_users_of_no_room(client, app):
    """11.1 documents no 404: a room that is not there is accepted."""
    path = f"{app}/rooms/nowhere/batch-remove-users"
    assert client.post(path, json={"user_ids": []}).status_code == 202


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "RTC.00001005"),
        ({"user_ids": None}, "RTC.00001005"),
        ({"user_ids": "u"}, "RTC.00001003"),
        ({"user_ids": [1]}, "RTC.00001003"),
        ({"user_ids": [""]}, "RTC.00001003"),
    ],
)
def test_bad_removals(client, app, refused, body, code):
    """Table 11-3 is enforced."""
    refused(client.post(f"{app}/rooms/r/batch-remove-users", json=body), 400, code)


def test_dismiss(client, world, room, refused):
    """11.2 empties the room; then it is not there any more."""
    app_id, room_id, _ = room
    path = f"/v2/apps/{app_id}/rooms/{room_id}/dismiss"
    answer = client.post(path)
    assert (answer.status_code, answer.content) == (202, b"")
    assert world.statistics.room_users(app_id, room_id) is None
    refused(client.post(path), 404, "RTC.00001015")


def test_buckets(client):
    """12.1 counts what it lists, over more than one region."""
    listed = client.get(BUCKETS).json()
    assert listed["count"] == len(listed["buckets"]) >= 3
    assert len({one["location"] for one in listed["buckets"]}) >= 2
    assert {one["is_authorized"] for one in listed["buckets"]} == {True, False}


def test_objects_and_folders(client):
    """12.2: folders are the directories of the objects, and a prefix narrows both."""
    query = {"bucket": "rtc-records", "location": "cn-north-4"}

    def names(**more):
        listed = client.get(f"{BUCKETS}/objects", params={**query, **more}).json()
        assert listed["count"] == len(listed["objects"])
        return [one["file_name"] for one in listed["objects"]]

    folders = names(type="folders")
    assert "Record/2023/11/" in folders
    assert all(name.endswith("/") for name in folders)
    assert not any(name.endswith("/") for name in names(type="objects"))
    narrowed = names(type="objects", prefix="Record/2023/11/")
    assert 0 < len(narrowed) < len(names(type="objects"))
    assert all(name.startswith("Record/2023/11/") for name in narrowed)
    assert names(type="objects", prefix="none/") == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("type=objects&location=cn-north-4", 400, "RTC.00001005"),
        ("bucket=rtc-records&location=cn-north-4", 400, "RTC.00001005"),
        ("bucket=rtc-records&type=objects", 400, "RTC.00001005"),
        ("bucket=rtc-records&type=files&location=cn-north-4", 400, "RTC.00001003"),
        ("bucket=rtc-records&type=objects&location=mars", 400, "RTC.00001003"),
        ("bucket=&type=objects&location=cn-north-4", 400, "RTC.00001003"),
        ("bucket=nope&type=objects&location=cn-north-4", 404, "RTC.00001014"),
        ("bucket=rtc-records&type=objects&location=cn-east-2", 404, "RTC.00001014"),
    ],
)
def test_bad_object_queries(client, refused, query, status, code):
    """Table 12-11 is enforced; a bucket that is elsewhere is not there."""
    refused(client.get(f"{BUCKETS}/objects?{query}"), status, code)


def test_authorise_and_revoke(client):
    """12.3 shows in the list, without a body, and twice is harmless."""
    body = {"bucket": "rtc-images", "location": "cn-north-4"}
    for operation in (1, 1, 0, 0):
        answer = client.put(f"{BUCKETS}/authentication", json={**body, "operation": operation})
        assert (answer.status_code, answer.content) == (200, b"")
        listed = client.get(BUCKETS).json()["buckets"]
        found = next(one for one in listed if one["bucket"] == "rtc-images")
        assert found["is_authorized"] is bool(operation)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"operation": None}, 400, "RTC.00001005"),
        ({"operation": 2}, 400, "RTC.00001003"),
        ({"operation": True}, 400, "RTC.00001003"),
        ({"operation": "1"}, 400, "RTC.00001003"),
        ({"location": "mars"}, 400, "RTC.00001003"),
        ({"bucket": "nope"}, 404, "RTC.00001014"),
        ({"project_id": 1}, 400, "RTC.00001003"),
    ],
)
def test_bad_authorities(client, refused, state, changes, status, code):
    """Table 12-23 is enforced."""
    before = state()
    body = {"bucket": "rtc-images", "location": "cn-north-4", "operation": 1, **changes}
    refused(client.put(f"{BUCKETS}/authentication", json=body), status, code)
    assert state() == before


def test_buckets_of_another_project(client, stranger):
    """Authorising a bucket does not touch the one of the same name in another project."""
    body = {"bucket": "rtc-images", "location": "cn-north-4", "operation": 1}
    client.put(f"{BUCKETS}/authentication", json=body)
    listed = stranger.get(BUCKETS).json()["buckets"]
    assert not next(one for one in listed if one["bucket"] == "rtc-images")["is_authorized"]
