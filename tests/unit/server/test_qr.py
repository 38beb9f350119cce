import segno

from server.qr import qr_svg


def test_a_code_is_drawn_with_its_quiet_zone_and_without_a_style() -> None:
    drawn = qr_svg("https://rantau.example/")
    side = len(segno.make("https://rantau.example/", error="m", micro=False).matrix) + 2 * 4
    assert drawn.startswith(f'<svg viewBox="0 0 {side} {side}" class="qr">')
    assert "style" not in drawn


def test_what_is_in_a_code_is_no_markup() -> None:
    assert "script" not in qr_svg("<script>alert(1)</script>")
