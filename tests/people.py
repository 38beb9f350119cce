"""Generated applicants for the tests and the bench: no real person, the same for the same seed."""

import random
from datetime import date, timedelta

GIVEN_F = [
    "SITI",
    "RAHMADANI",
    "YULIA",
    "ELVI",
    "NURHAYATI",
    "DESI",
    "RINA",
    "FITRI",
    "MELATI",
    "AISYAH",
    "PUTRI",
    "LASMI",
    "ROHANI",
    "WULAN",
    "DEWI",
]
GIVEN_M = [
    "AHMAD",
    "RIZKI",
    "HENDRI",
    "SYAFRIZAL",
    "BUDI",
    "YUSUF",
    "ASRIL",
    "DONI",
    "FADLI",
    "IRWAN",
    "MUSLIM",
    "RONI",
    "ZULKIFLI",
    "TAUFIK",
    "EDI",
]
LAST = [
    "CHANIAGO",
    "TANJUNG",
    "SIKUMBANG",
    "PILIANG",
    "KOTO",
    "LUBIS",
    "NASUTION",
    "JAMBAK",
    "HASIBUAN",
    "SAPUTRA",
    "WARDANI",
    "HARAHAP",
    "GUCI",
]
TOWNS = [
    "SIMPANG EMPAT",
    "UJUNG GADING",
    "AIR BANGIS",
    "KINALI",
    "TALU",
    "SASAK",
    "PADANG",
    "BUKITTINGGI",
    "LUBUK SIKAPING",
    "SUNGAI AUR",
]
STREETS = [
    "JALAN JATI",
    "JALAN PASAR LAMA",
    "JORONG PADANG TUJUH",
    "JALAN SOEKARNO HATTA",
    "JORONG BATANG LINGKIN",
    "JALAN KI HAJAR",
]
WORK = ["KEBUN SAWIT PT AGRO MASANG, KINALI", "SD NEGERI 12 PASAMAN", "TOKO BERKAH, SIMPANG EMPAT", "PUSKESMAS TALU"]
JORONG = ["PADANG TUJUH", "BATANG LINGKIN", "KAMPUNG PINANG", "SUKA MENANTI", "RIMBO CANDUANG"]
NAGARI = ("13.12.03.2004", "13.12.05.2002", "13.12.02.2001", "13.12.04.2003", "13.12.08.2001")
COUNTRIES = ("ARAB SAUDI", "MALAYSIA", "SINGAPURA", "TURKI", "JEPANG")

Answers = dict[str, str | bool]  # as a person types them: text, a code, or a ticked box


def _name(rng: random.Random, sex: str) -> str:
    return f"{rng.choice(GIVEN_F if sex == 'P' else GIVEN_M)} {rng.choice(LAST)}"


def _day(rng: random.Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randrange((last - first).days))


def _nik(rng: random.Random, born: date, sex: str) -> str:
    day = born.day + (40 if sex == "P" else 0)
    return f"1312{rng.randrange(1, 12):02}{day:02}{born:%m%y}{rng.randrange(1, 9999):04}"


def _born(rng: random.Random, first: date, last: date) -> str:
    return f"{rng.choice(TOWNS)}, {_day(rng, first, last):%d-%m-%Y}"


def _phone(rng: random.Random) -> str:
    return f"08{rng.choice(('12', '13', '21', '52', '53'))}{rng.randrange(10**7, 10**8)}"


def person(seed: int) -> Answers:
    """Give one adult of Pasaman Barat with every question answered that applies to them."""
    rng = random.Random(seed)
    sex = rng.choice("LP")
    born = _day(rng, date(1960, 1, 1), date(2005, 1, 1))
    married = rng.random() < 0.6
    name = _name(rng, sex)
    answers: Answers = {
        "permohonan": "A1",
        "nama_lengkap": name,
        "jenis_kelamin": sex,
        "tempat_lahir": rng.choice(TOWNS),
        "tanggal_lahir": born.isoformat(),
        "status_sipil": "1" if married else "2",
        "tinggi_badan": str(rng.randrange(148, 184)),
        "nomor_ktp": _nik(rng, born, sex),
        "ktp_tanggal_dikeluarkan": _day(rng, date(2012, 1, 1), date(2024, 1, 1)).isoformat(),
        "ktp_tempat_dikeluarkan": "PASAMAN BARAT",
        "ktp_seumur_hidup": True,
        "tempat_tinggal": "pasaman_barat",
        "nagari": rng.choice(NAGARI),
        "jorong": rng.choice(JORONG),
        "alamat_tempat_tinggal": f"{rng.choice(STREETS)} NO {rng.randrange(1, 140)}",
        "telp_hp": _phone(rng),
        "email": f"{name.split()[0].lower()}.{rng.randrange(60, 99)}@example.com",
        "pekerjaan": rng.choice("245"),
        "pekerjaan_nama_alamat_kantor": rng.choice(WORK),
        "telp_kantor": f"0753{rng.randrange(10**5, 10**6)}",
        "ibu_nama": _name(rng, "P"),
        "ibu_kewarganegaraan": "INDONESIA",
        "ibu_tempat_tgl_lahir": _born(rng, date(1935, 1, 1), date(1980, 1, 1)),
        "ayah_nama": _name(rng, "L"),
        "ayah_kewarganegaraan": "INDONESIA",
        "ayah_tempat_tgl_lahir": _born(rng, date(1935, 1, 1), date(1980, 1, 1)),
        "alamat_orang_tua": f"{rng.choice(STREETS)} NO {rng.randrange(1, 140)}",
        "tujuan": rng.choice(("umrah", "haji", "bekerja", "kunjungan")),
        "negara_tujuan": rng.choice(COUNTRIES),
        "jenis_paspor": rng.choice(("e5", "e10")),
        "pernyataan": True,
    }
    if married:
        answers |= {"pasangan_nama": _name(rng, "L" if sex == "P" else "P"), "pasangan_kewarganegaraan": "INDONESIA"}
        answers["pasangan_tempat_tgl_lahir"] = _born(rng, date(1960, 1, 1), date(2004, 1, 1))
    return answers


def child(seed: int, *, today: date) -> Answers:
    """Give a child of ten whose mother consents."""
    rng = random.Random(seed)
    born = today.replace(year=today.year - 10, day=1)
    grown = (
        "ktp_tanggal_dikeluarkan",
        "ktp_tempat_dikeluarkan",
        "ktp_seumur_hidup",
        "pekerjaan_nama_alamat_kantor",
        "telp_kantor",
        "email",
    )
    spouse = ("pasangan_nama", "pasangan_kewarganegaraan", "pasangan_tempat_tgl_lahir")
    answers = {key: value for key, value in person(seed).items() if key not in (*grown, *spouse)}
    sex = str(answers["jenis_kelamin"])
    return answers | {
        "tanggal_lahir": born.isoformat(),
        "status_sipil": "2",
        "nomor_ktp": _nik(rng, born, sex),
        "tinggi_badan": "134",
        "pekerjaan": "5",
        "jenis_paspor": "e5",
        "orang_tua_pemberi_izin": "ibu",
        "ibu_nomor_ktp": _nik(rng, date(1990, 5, 17), "P"),
        "persetujuan_orang_tua": True,
    }


def child_of_a_year(seed: int, *, today: date) -> Answers:
    """Give the same child where nobody knows the day and the month of its birth."""
    answers = child(seed, today=today)
    born = str(answers.pop("tanggal_lahir"))
    return answers | {"lahir_tidak_lengkap": True, "tahun_lahir": born[:4]}
