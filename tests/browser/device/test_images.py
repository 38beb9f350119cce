"""The pictures of a draft on the device: as safe from others as what was typed, and never lost to a full disk."""

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.device.device_page import open_page, run
from tests.scripted_office import ScriptedOffice

pytestmark = pytest.mark.browser

IMAGES = """
  const images = await import('/pwa/images/image-store.js');
  const profiles = await import('/pwa/profiles.js');
  const pin = await import('/pwa/pin.js');
  const picture = (size, fill = 7) => (
    { type: 'image/webp', bytes: new Uint8Array(size).fill(fill), width: 40, height: 30 });
  const begin = async () => drafts.newDraft('small', '1.aaaaaaaa');
  const sum = (bytes) => bytes.reduce((all, byte) => all + byte, 0);
"""


def test_pictures_stay_with_their_draft_and_go_with_it(page: Page) -> None:
    found = run(
        page,
        IMAGES
        + """const [one, other] = [await begin(), await begin()];
        const ids = [];
        for (const [kind, size] of [['ktp', 100], ['kk', 200]]) {
          ids.push(await images.putImage(one, kind, picture(size, 1)));
        }
        await images.putImage(other, 'ktp', picture(5));
        const listed = (await images.imagesOf(one)).map(({ field, type, size, width }) => [field, type, size, width]);
        const bytes = sum(await images.imageBytes(ids[1]));
        await images.removeImage(ids[0]);
        const left = (await images.imagesOf(one)).map(({ id }) => id === ids[1]);
        await drafts.deleteDraft(one);
        const gone = await failing(images.imageBytes(ids[1]));
        const rows = (await db.readAll('images')).map(({ id }) => id.startsWith(other));
        const refused = await failing(images.putImage(one, 'ktp', picture(9)));
        const kinds = await failing(images.putImage(other, 'ktp', { ...picture(9), type: 'image/svg+xml' }));
        return { listed, bytes, left, gone, rows, refused, kinds };""",
    )
    assert found == {
        "listed": [["ktp", "image/webp", 100, 40], ["kk", "image/webp", 200, 40]],
        "bytes": 200,
        "left": [True],
        "gone": ["GoneError", None],
        "rows": [True],
        "refused": ["GoneError", None],
        "kinds": ["UnfitImageError", "kind"],
    }


def test_a_picture_takes_no_letter_away_that_is_being_saved(page: Page) -> None:
    values, count = run(
        page,
        IMAGES
        + """const id = await begin();
        const saving = drafts.saveDraft(id, { nama: 'UPIK' }); // typed before the picture, stored after it
        await Promise.all([saving, ...[1, 2, 3].map((n) => images.putImage(id, 'kk', picture(50_000, n)))]);
        const other = begin().then((next) => Promise.all([
          images.putImage(next, 'kk', picture(9)).then(() => next),
          drafts.saveDraft(next, { nama: 'A' }).then(() => next),
        ]));
        const [next] = await other;
        const both = [await drafts.loadDraft(id), await drafts.loadDraft(next)];
        return [both.map(({ values }) => values.nama), both.map(({ images }) => images.length)];""",
    )
    assert (values, count) == (["UPIK", "A"], [3, 1])


def test_a_pin_and_another_volunteer_keep_pictures_as_they_keep_drafts(
    page: Page, context: BrowserContext, office: ScriptedOffice
) -> None:
    id_ = run(page, IMAGES + "return images.putImage(await begin(), 'ktp', picture(3000, 65))")
    plain = "return (await db.readAll('images')).some(({ ct }) => new TextDecoder().decode(ct).includes('AAAA'))"
    assert run(page, plain) is False
    run(page, IMAGES + "await pin.setPin('4711', new AbortController().signal); return null")
    assert run(page, IMAGES + "return sum(await images.imageBytes(arg))", id_) == 3000 * 65
    run(page, IMAGES + "await profiles.createProfile({ name: 'Siti', passphrase: 'batu jala kuda mira' }); return null")
    assert run(page, IMAGES + "return failing(images.imageBytes(arg))", id_) == ["GoneError", None]
    hers = run(page, IMAGES + "return images.putImage(await begin(), 'ktp', picture(30, 1))")
    handed = """const { sealedFile } = await import('/pwa/handing.js');
    const row = (await db.readAll('drafts')).find(({ p }) => p);
    const { images: [image] } = JSON.parse(await (await sealedFile(row)).text());
    return [image.id === arg, image.ct.length > 30];"""
    assert run(page, handed, hers) == [True, True]  # who helps with a lost passphrase gets it too
    run(page, IMAGES + "await profiles.lock(); return null")
    page.close()
    later = open_page(context, office)
    locked = "return failing(vault.vaultAtHand())"
    assert run(later, locked) == ["LockedError", None]
    run(later, IMAGES + "await profiles.unlockProfile('own', '4711'); return null")
    assert run(later, IMAGES + "return failing(images.imageBytes(arg))", hers) == ["GoneError", None]
    run(later, IMAGES + "await pin.removePin(); return null")
    assert run(later, IMAGES + "return sum(await images.imageBytes(arg))", id_) == 3000 * 65


def test_a_full_phone_says_so_and_loses_nothing(page: Page, context: BrowserContext, office: ScriptedOffice) -> None:
    devtools = context.new_cdp_session(page)
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url, "quotaSize": 200_000})
    id_, first = run(
        page,
        IMAGES
        + """const id = await begin();
        await drafts.saveDraft(id, { nama: 'UPIK' });
        return [id, await images.putImage(id, 'ktp', picture(1000, 1))];""",
    )
    put = IMAGES + "return failing(images.putImage(arg, 'kk', picture(2_000_000)))"
    assert run(page, put, id_) == ["StorageError", "full"]
    kept = IMAGES + "return [(await drafts.loadDraft(arg)).values.nama, (await images.imagesOf(arg)).length]"
    assert run(page, kept, id_) == ["UPIK", 1]
    assert run(page, IMAGES + "return sum(await images.imageBytes(arg))", first) == 1000
    devtools.send("Storage.overrideQuotaForOrigin", {"origin": office.url})  # somebody has made room
    assert run(page, put, id_) is None
    assert run(page, kept, id_) == ["UPIK", 2]
