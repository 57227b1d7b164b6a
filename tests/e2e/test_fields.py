"""Which field is signed, what earlier signatures forbid, and what the lists say."""

import json

import pikepdf
import pytest
from pyhanko.sign.diff_analysis import ModificationLevel

import peer
from program import PKI, key, pdfsign, sign

NONE_YET = ("--at", "1@br+20,20:120x50")


def listed(path):
    run = pdfsign("fields", "list", "--json", path)
    assert run.status == 0, str(run)
    return json.loads(run.out)


def names(path):
    return {f["name"]: f["state"] for f in listed(path)["fields"]}


# -- which field ----------------------------------------------------------------------------------

@pytest.mark.parametrize("name,options,field", [
    ("field-one", (), "Buyer"), ("field-kid", (), "Buyer"), ("field-many-kids", (), "Buyer"),
    ("field-no-widget", (), "Buyer"), ("field-off-page", (), "Buyer"), ("field-name-utf16", (), "甲方"),
    ("field-name-utf8", (), "甲方"), ("field-name-utf16", ("--field", "甲方"), "甲方"),
    ("field-two", ("--field", "Seller"), "Seller"), ("field-two", ("--field", "#2"), "Seller"),
    ("field-two", ("--field", "#1"), "Buyer"), ("field-one", ("--field", "auto"), "Buyer"),
    ("field-nested", ("--field", "contract.buyer.sign"), "contract.buyer.sign"),
    ("field-nested", ("--field", "#2"), "contract.buyer.approve"),
], ids=lambda v: " ".join(v) if isinstance(v, tuple) else v)
def test_an_existing_field_is_signed(signed, pdf, name, options, field):
    before = names(pdf(name))
    path, (seen,) = signed(pdf(name), *options)
    assert seen.name == field
    assert names(path) == {**before, field: "signed"}


@pytest.mark.parametrize("options,code", [
    (("--field", "Nobody"), "FIELD_UNKNOWN"), (("--field", "#3"), "FIELD_UNKNOWN"),
    (("--field", "#0"), "FIELD_UNKNOWN"), ((), "FIELD_AMBIGUOUS"),
], ids=str)
def test_a_field_that_cannot_be_meant_is_refused(refused, pdf, options, code):
    run = refused(pdf("field-two"), *options)
    assert run.code in (code, "USAGE"), str(run)
    assert run.status == (10 if code == "FIELD_UNKNOWN" and run.code == code else 2)


def test_an_ambiguous_choice_lists_the_fields(refused, pdf):
    run = refused(pdf("field-two"))
    assert "Buyer" in run.err and "Seller" in run.err


def test_a_text_field_is_not_a_signature_field(refused, pdf):
    assert refused(pdf("field-with-others"), "--field", "Remark").code == "FIELD_UNKNOWN"


def test_a_signed_field_is_not_signed_again(signed, refused, pdf):
    path, _ = signed(pdf("field-one"))
    run = refused(path, "--field", "Buyer")
    assert (run.status, run.code) == (10, "FIELD_SIGNED") and "Buyer" in run.err


@pytest.mark.parametrize("place,rect", [
    ("1@br+20,20:120x50", (455, 20, 575, 70)), ("1@tl+10mm,5mm:40mmx20mm", (28.35, 771.14, 141.73, 827.83)),
    ("1/100,200,300,250", (100, 200, 300, 250)), ("z@c:100x100", (247.5, 371, 347.5, 471)),
    ("r2@bl:1inx0.5in", (0, 0, 72, 36)),
])
def test_a_new_field_stands_where_it_is_asked_for(signed, pdf, place, rect):
    path, (seen,) = signed(pdf("table"), "--at", place)
    (field,) = listed(path)["fields"]
    assert field["page"] == (2 if place[0] == "z" else 1)
    assert field["rect"] == pytest.approx(rect, abs=.02)
    with pikepdf.open(path) as opened:
        widget = opened.pages[field["page"] - 1].Annots[-1]
        assert int(widget.F) == 132 and widget.FT == "/Sig" and int(opened.Root.AcroForm.SigFlags) & 3 == 3


def test_a_widget_shows_on_one_page_where_pages_share_their_annotations(signed, pdf):
    path, _ = signed(pdf("annots-shared"), "--at", "1@br+20,20:120x50")
    with pikepdf.open(path) as opened:
        assert [len(page.Annots) for page in opened.pages] == [1, 0]


def test_a_field_with_fields_and_widgets_below_is_not_one(refused, pdf):
    assert [f["name"] for f in listed(pdf("field-among-widgets"))["fields"]] == ["par.k"]
    run = refused(pdf("field-among-widgets"), "--field", "par")
    assert (run.status, run.code) == (10, "FIELD_UNKNOWN"), str(run)


@pytest.mark.parametrize("kind,rect", [
    ("rotate-90", (525, 702, 575, 822)), ("rotate--90", (20, 20, 70, 140)), ("rotate-180", (20, 772, 140, 822)),
    ("rotate-270", (20, 20, 70, 140)), ("rotate-450", (525, 702, 575, 822)), ("crop-offset", (310, 120, 430, 170)),
    ("box-reversed", (455, 20, 575, 70)),
])
def test_a_place_is_meant_on_the_page_as_shown(signed, pdf, kind, rect):
    path, _ = signed(pdf(kind), "--at", "1@br+20,20:120x50")
    assert listed(path)["fields"][0]["rect"] == pytest.approx(rect, abs=.02)


@pytest.mark.parametrize("place", ["9@br+20,20:10x10", "1/500,700,900,900", "1@br-50,0:40x40", "r5@c:10x10"])
def test_a_place_off_the_page_is_refused(refused, pdf, place):
    run = refused(pdf("table"), "--at", place)
    assert (run.status, run.code) == (10, "PLACE_REFUSED"), str(run)


def test_without_a_place_the_new_field_is_invisible(signed, pdf):
    path, _ = signed(pdf("table"))
    (field,) = listed(path)["fields"]
    assert field["rect"] == [0, 0, 0, 0]


# -- lists and new fields -------------------------------------------------------------------------

def test_the_list_says_what_there_is(pdf):
    answer = listed(pdf("field-nested"))
    assert (answer["v"], answer["type"], answer["pages"], answer["certification"]) == (1, "result", 2, 0)
    assert [f["name"] for f in answer["fields"]] == ["contract.buyer.sign", "contract.buyer.approve"]
    assert all((f["state"], f["page"], f["widgets"]) == ("empty", 1, 1) for f in answer["fields"])
    assert answer["fields"][0]["rect"] == [72, 72, 250, 122]


@pytest.mark.parametrize("name,page,widgets", [("field-many-kids", 1, 2), ("field-no-widget", 0, 0), ("field-kid", 1, 1)])
def test_the_list_counts_widgets(pdf, name, page, widgets):
    (field,) = listed(pdf(name))["fields"]
    assert (field["page"], field["widgets"]) == (page, widgets)


@pytest.mark.parametrize("name,lock", [
    ("lock-all", "all"), ("lock-include", "include:Remark"), ("lock-exclude", "exclude:Remark"),
    ("lock-p1", "all;P=1"), ("lock-p3", "include:Remark;P=3")])
def test_the_list_shows_locks(pdf, name, lock):
    assert listed(pdf(name))["fields"][0]["lock"] == lock


@pytest.mark.parametrize("name,words", [
    ("seed-digest", ("digest=", "SHA384", "!")), ("seed-reasons", ("reason=", "Approved", "!")),
    ("seed-wishes", ("reason=", "digest=", "subfilter="))])
def test_the_list_shows_seed_values(pdf, name, words):
    shown = listed(pdf(name))["fields"][0]["seed_value"]
    assert all(w in shown for w in words), shown


def test_the_table_shows_names_in_any_script(pdf):
    run = pdfsign("fields", "list", pdf("field-name-utf16"))
    assert run.status == 0 and "甲方" in run.out.decode()


def test_an_unsigned_file_without_a_form_has_an_empty_list(pdf):
    assert listed(pdf("table"))["fields"] == []


def test_fields_are_added_and_signed_one_by_one(tmp_path, judged, pdf):
    form = tmp_path / "form.pdf"
    run = pdfsign("fields", "add", "--name", "甲方", "--at", "2@bl+20mm,20mm:60mmx20mm", "--name", "乙方",
                  "--at", "2@br+20mm,20mm:60mmx20mm", "--name", "Witness", pdf("table"), "-o", form)
    assert run.status == 0, str(run)
    assert names(form) == {"甲方": "empty", "乙方": "empty", "Witness": "empty"}
    path = form
    for count, name in enumerate(("乙方", "Witness", "甲方"), 1):
        following = tmp_path / f"{count}.pdf"
        assert sign(path, following, "--field", name).status == 0
        judged(following, path, signatures=count)
        path = following


def test_an_added_lock_is_obeyed(tmp_path, signed, refused, pdf):
    form = tmp_path / "form.pdf"
    assert pdfsign("fields", "add", "--name", "A", "--name", "B", "--lock", "include:B", pdf("table"), "-o", form).status == 0
    path, _ = signed(form, "--field", "A")
    run = refused(path, "--field", "B")
    assert (run.status, run.code) == (10, "FIELDMDP_FORBIDS") and "A" in run.err


@pytest.mark.parametrize("name,new", [("field-one", "Buyer"), ("field-nested", "contract"), ("field-with-others", "Remark")])
def test_a_name_in_use_is_refused(tmp_path, pdf, name, new):
    run = pdfsign("fields", "add", "--name", new, pdf(name), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (10, "FIELD_EXISTS"), str(run)
    assert not (tmp_path / "o.pdf").exists()


def test_added_twice_in_one_call_is_refused(tmp_path, pdf):
    run = pdfsign("fields", "add", "--name", "A", "--name", "A", pdf("table"), "-o", tmp_path / "o.pdf")
    assert run.status in (2, 10), str(run)


# -- many signatures ------------------------------------------------------------------------------

@pytest.mark.parametrize("name", ["contract", "stream", "objects-packed", "hybrid", "linearized", "crypt-aes-128-open"])
def test_ten_signatures_stay_valid(tmp_path, judged, pdf, name):
    path = pdf(name)
    for count in range(1, 11):
        following = tmp_path / f"{count}.pdf"
        kinds = ("p256", "rsa2048", "p384")
        run = sign(path, following, "--at", f"1@tl+{count * 10},{count * 20}:50x15", with_key=key(kinds[count % 3]))
        assert run.status == 0, str(run)
        path = following
    judged(path, signatures=10, kind=name)
    assert len([f for f in listed(path)["fields"] if f["state"] == "signed"]) == 10


@pytest.mark.parametrize("name", ["contract", "objects-packed", "field-two"])
def test_a_signature_by_another_program_stays_valid(tmp_path, pki, signed, pdf, name):
    first = peer.sign(pdf(name), tmp_path / "peer.pdf", pki, field="Buyer" if name == "field-two" else "Peer")
    _, seen = signed(first, *NONE_YET)
    assert len(seen) == 2


def test_another_program_can_sign_after_us(tmp_path, pki, signed, judged, pdf):
    first, _ = signed(pdf("contract"), *NONE_YET)
    peer.sign(first, tmp_path / "peer.pdf", pki)
    judged(tmp_path / "peer.pdf", first, signatures=1)


# -- certification and locks ----------------------------------------------------------------------

@pytest.mark.parametrize("level", [1, 2, 3])
def test_certifying_says_what_may_change(signed, pdf, level):
    path, (seen,) = signed(pdf("contract"), "--certify", level)
    assert listed(path)["certification"] == level
    assert seen.entry["/Reference"][0]["/TransformParams"]["/P"] == level
    with pikepdf.open(path) as opened:
        assert opened.Root.Perms.DocMDP.objgen == (seen.entry.container_ref.idnum, 0) \
            or opened.Root.Perms.DocMDP.Type == "/Sig"


def test_after_level_1_nothing_may_be_signed(signed, refused, pdf):
    path, _ = signed(pdf("field-two"), "--field", "Buyer", "--certify", "1")
    for options in (("--field", "Seller"), ("--at", "1@c:10x10"), ()):
        run = refused(path, *options)
        assert (run.status, run.code) == (10, "DOCMDP_FORBIDS") and "Buyer" in run.err, str(run)


@pytest.mark.parametrize("level", [2, 3])
def test_after_level_2_and_3_existing_fields_and_invisible_ones_may_be_signed(signed, refused, pdf, level):
    path, _ = signed(pdf("field-two"), "--field", "Buyer", "--certify", level, name="c.pdf")
    run = refused(path, "--at", "1@c:10x10")
    assert (run.status, run.code) == (10, "DOCMDP_FORBIDS"), str(run)
    second, _ = signed(path, "--field", "Seller", signatures=2, name="s.pdf")
    signed(second, signatures=3, name="t.pdf")


def test_only_the_first_signature_can_certify(signed, refused, pdf):
    path, _ = signed(pdf("contract"))
    assert refused(path, "--certify", "2").status in (2, 10)


def test_a_certification_by_another_program_is_obeyed(tmp_path, pki, signed, refused, pdf):
    first = peer.sign(pdf("contract"), tmp_path / "one.pdf", pki, certify=1)
    assert refused(first).code == "DOCMDP_FORBIDS"
    second = peer.sign(pdf("field-one"), tmp_path / "two.pdf", pki, certify=2)
    signed(second, "--field", "Buyer")


@pytest.mark.parametrize("lock,allowed", [("all", ()), ("include:A", ("B", "C")), ("include:A,B", ("C",)),
                                          ("exclude:B", ("B",)), ("exclude:A,C", ("A", "C"))])
def test_a_lock_forbids_what_it_names(tmp_path, signed, refused, pdf, lock, allowed):
    form = tmp_path / "form.pdf"
    assert pdfsign("fields", "add", "--name", "A", "--name", "B", "--name", "C", "--name", "Locker",
                   pdf("table"), "-o", form).status == 0
    path, (seen,) = signed(form, "--field", "Locker", "--lock", lock, name="locked.pdf")
    assert {str(r["/TransformMethod"]) for r in seen.entry["/Reference"]} == {"/FieldMDP"}
    for name in "ABC":
        if name in allowed:
            signed(path, "--field", name, signatures=2, name=f"{name}.pdf")
        else:
            run = refused(path, "--field", name)
            assert (run.status, run.code) == (10, "FIELDMDP_FORBIDS") and "Locker" in run.err
    locked_by = {f["name"]: f.get("locked_by") for f in listed(path)["fields"]}
    assert locked_by == {**{n: None if n in allowed else "Locker" for n in "ABC"}, "Locker": locked_by["Locker"]}


@pytest.mark.parametrize("kind,forbidden", [("lock-all", True), ("lock-p1", True), ("lock-p2", True),
                                            ("lock-include", False), ("lock-exclude", None), ("lock-p3", None)])
def test_a_lock_dictionary_of_the_field_is_copied_and_obeyed(tmp_path, signed, pdf, kind, forbidden):
    path, (seen,) = signed(pdf(kind), "--field", "Buyer", name="l.pdf")
    (reference,) = [r for r in seen.entry["/Reference"] if r["/TransformMethod"] == "/FieldMDP"]
    lock = listed(pdf(kind))["fields"][0]["lock"]
    action = {"all": "/All", "include": "/Include", "exclude": "/Exclude"}[lock.split(":")[0].split(";")[0]]
    assert reference["/TransformParams"]["/Action"] == action
    if forbidden is not None and kind != "lock-include":
        run = sign(path, tmp_path / "again.pdf", "--at", "1@c:10x10")
        assert (run.status, run.code) in ((10, "FIELDMDP_FORBIDS"), (10, "DOCMDP_FORBIDS"), (0, "OK")), str(run)
        assert kind != "lock-p1" or run.code == "DOCMDP_FORBIDS", str(run)


@pytest.mark.parametrize("action", ["/All", "/Include", "/Exclude"])
def test_a_lock_by_another_program_is_obeyed(tmp_path, pki, refused, pdf, action):
    """Seller stays locked after the peer signed a field of its own with this lock."""
    first = peer.sign(pdf("field-two"), tmp_path / "peer.pdf", pki, field="Peer",
                      lock=(action, ["Seller"] if action == "/Include" else ["Buyer"]))
    run = refused(first, "--field", "Seller")
    assert (run.status, run.code) == (10, "FIELDMDP_FORBIDS") and "Peer" in run.err, str(run)


# -- seed values (the rows of fixtures/pdfs.py say more) -------------------------------------------

def test_the_only_allowed_reason_is_taken(signed, pdf):
    _, (seen,) = signed(pdf("seed-reason-single"))
    assert seen.entry["/Reason"] == "同意"


def test_the_first_allowed_digest_is_taken(signed, pdf):
    signed(pdf("seed-digest"), digest="sha384")


def test_a_demanded_certification_is_made(signed, pdf):
    path, _ = signed(pdf("seed-certification"), "--certify", "2")
    assert listed(path)["certification"] == 2


def test_an_invisible_signature_is_not_a_change_to_what_is_seen(signed, pdf):
    first, _ = signed(pdf("contract"), name="1.pdf")
    _, seen = signed(first, name="2.pdf", signatures=2)
    assert seen[0].status.modification_level <= ModificationLevel.FORM_FILLING


def test_a_demanded_subject_that_fits_is_taken(signed, pdf):
    signed(pdf("seed-cert-usage"), with_key=key("p256"))


def test_a_seam_that_skips_every_page_adds_no_field(tmp_path, pdf):
    skipped = ("--seam", "right,pages=1,single=skip")
    run = pdfsign("fields", "add", *skipped, pdf("contract"), "-o", tmp_path / "o.pdf")
    assert (run.status, run.code) == (10, "SEAM_REFUSED") and list(tmp_path.iterdir()) == [], str(run)
    assert pdfsign("fields", "add", *skipped, "--name", "A", pdf("contract"), "-o", tmp_path / "o.pdf").status == 0


def test_dry_run_refuses_what_signing_refuses(tmp_path, pdf):
    run = pdfsign("sign", *key(), "--dry-run", "--field", "Nobody", pdf("field-two"))
    assert (run.status, run.code) == (10, "FIELD_UNKNOWN")
    run = pdfsign("sign", *key(), "--dry-run", "--field", "Buyer", pdf("field-two"))
    assert run.status == 0 and list(tmp_path.iterdir()) == [] and PKI.exists()
