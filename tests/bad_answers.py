"""One wrong answer for every hard rule of the passport form, with the rule whose words must be shown."""

from dataclasses import dataclass
from datetime import date

from tests.people import Answers, child, child_of_a_year, person

ADULT = person(8)
CHILD = child(8, today=date.today())
CHILD_OF_A_YEAR = child_of_a_year(8, today=date.today())


@dataclass(frozen=True)
class Bad:
    """Answers that are right but for *field*, and the key of the message that says so."""

    field: str
    value: str
    message: str
    others: Answers

    @property
    def answers(self) -> Answers:
        return self.others | {self.field: self.value or False}


BAD = [
    Bad("nama_lengkap", "", "rule.required", ADULT),
    Bad("nama_lengkap", "S1TI 99", "rule.letters", ADULT),
    Bad("nama_lengkap", "A" * 101, "rule.max-length", ADULT),
    Bad("tanggal_lahir", "31-02-1990", "rule.date-real", ADULT),
    Bad("tanggal_lahir", "01-01-2099", "rule.date-not-future", ADULT),
    Bad("tanggal_lahir", "01-01-1890", "rule.date-from", ADULT),
    Bad("tahun_lahir", "58", "rule.lahir2.tahun_lahir.hard0", ADULT | {"lahir_tidak_lengkap": True}),
    Bad("tahun_lahir", "2099", "rule.lahir2.tahun_lahir.hard1", ADULT | {"lahir_tidak_lengkap": True}),
    Bad("tinggi_badan", "tinggi", "rule.number", ADULT),
    Bad("tinggi_badan", "12", "rule.min", ADULT),
    Bad("tinggi_badan", "999", "rule.max", ADULT),
    Bad("nomor_ktp", "1312", "rule.nik-16", ADULT),
    Bad("telp_hp", "12345", "rule.phone-mobile", ADULT),
    Bad("telp_kantor", "12", "rule.phone-any", ADULT),
    Bad("email", "bukan alamat", "rule.email", ADULT),
    Bad("jenis_paspor", "e10", "rule.masa-berlaku-anak", CHILD),
    Bad("pernyataan", "", "rule.checked", ADULT),
    Bad("persetujuan_orang_tua", "", "rule.consent", CHILD),
    Bad("persetujuan_orang_tua", "", "rule.consent", CHILD_OF_A_YEAR),
    Bad("paspor_lama_nomor", "?", "rule.passport-ri", ADULT | {"punya_paspor_lama": True}),
    Bad("pekerjaan_nama_alamat_kantor", "", "rule.required", ADULT | {"pekerjaan": "2"}),
    Bad("ibu_nomor_ktp", "99", "rule.nik-16", CHILD),
]
