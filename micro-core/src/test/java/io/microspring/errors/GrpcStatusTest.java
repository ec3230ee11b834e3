package io.microspring.errors;

import java.util.Base64;

import com.google.protobuf.InvalidProtocolBufferException;
import io.microspring.errors.wire.Error;
import io.microspring.errors.wire.ErrorInfo;
import io.microspring.errors.wire.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Errors in the trailers of gRPC.
 */
class GrpcStatusTest {

	@ParameterizedTest
	@CsvSource({ "400, 3", "401, 16", "403, 7", "404, 5", "408, 4", "409, 6", "412, 9", "429, 8", "499, 1", "500, 13",
			"501, 12", "503, 14", "402, 2", "418, 2", "0, 2" })
	void codeIsTheOneThatGoMicroChooses(int code, int status) {
		assertThat(GrpcStatus.of(MicroException.of("id", code, "detail"), true).code()).isEqualTo(status);
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, 16, 7, 5, 4, 6, 9, 8, 1, 13, 12, 14 })
	void codeComesBack(int status) {
		assertThat(GrpcStatus.fromHttp(GrpcStatus.toHttp(status))).isEqualTo(status);
	}

	@Test
	void goMicroIsToldItsErrorAndNothingElse() throws InvalidProtocolBufferException {
		GrpcStatus status = GrpcStatus.of(MicroException.badRequest("my.id", "bad x"), true);

		assertThat(status.message())
			.isEqualTo("{\"id\":\"my.id\",\"code\":400,\"detail\":\"bad x\",\"status\":\"Bad Request\"}");
		Status details = details(status);
		assertThat(details.getCode()).isEqualTo(3);
		assertThat(details.getDetailsList()).singleElement().satisfies((any) -> {
			assertThat(any.getTypeUrl()).isEqualTo("type.googleapis.com/errors.Error");
			assertThat(any.unpack(Error.class)).isEqualTo(
					Error.newBuilder().setId("my.id").setCode(400).setDetail("bad x").setStatus("Bad Request").build());
		});
	}

	@Test
	void othersAreToldInGooglesTypesFirst() throws InvalidProtocolBufferException {
		Status details = details(GrpcStatus.of(MicroException.notFound("my.id", "no such x"), false));

		assertThat(details.getDetailsList()).hasSize(2);
		assertThat(details.getDetails(0).getTypeUrl()).isEqualTo("type.googleapis.com/google.rpc.ErrorInfo");
		ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
		assertThat(info.getReason()).isEqualTo("NOT_FOUND");
		assertThat(info.getDomain()).isEqualTo("my.id");
		assertThat(info.getMetadataMap()).containsEntry("code", "404");
		assertThat(details.getDetails(1).is(Error.class)).isTrue();
	}

	@Test
	void plainErrorIsItsTextAsItIs() {
		assertThat(GrpcStatus.of(MicroException.plain("\ttext\r\n"), true))
			.isEqualTo(new GrpcStatus(GrpcStatus.UNKNOWN, "\ttext\r\n", null));
		assertThat(GrpcStatus.of(MicroException.plain(501, "unknown service Nope"), true))
			.isEqualTo(new GrpcStatus(GrpcStatus.UNIMPLEMENTED, "unknown service Nope", null));
	}

	@Test
	void errorsOfGosContextsHaveTheirStatus() {
		assertThat(GrpcStatus.of(MicroException.plain("context deadline exceeded"), true).code())
			.isEqualTo(GrpcStatus.DEADLINE_EXCEEDED);
		assertThat(GrpcStatus.of(MicroException.plain("context canceled"), true).code())
			.isEqualTo(GrpcStatus.CANCELLED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "\u00e9", "\u263a", "%", "\ud83d\ude08" })
	void whatIsTooLongForTrailersIsCut(String unit) {
		for (boolean goMicro : new boolean[] { true, false }) {
			GrpcStatus status = GrpcStatus.of(MicroException.badRequest("id", unit.repeat(100_000)), goMicro);

			assertThat(GrpcStatus.encodeMessage(status.message()).length() + String.valueOf(status.details()).length())
				.isLessThan(7000);
			assertThat(MicroException.parse(status.message()).code()).isEqualTo(400);
			assertThat(MicroException.parse(status.message()).detail()).startsWith(unit).endsWith("...");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "plain", "100 %",
			"\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \ud83d\ude08\t\n" })
	void messageSurvivesItsEncoding(String message) {
		String encoded = GrpcStatus.encodeMessage(message);

		assertThat(encoded.chars()).allMatch((c) -> c >= ' ' && c < 127);
		assertThat(GrpcStatus.decodeMessage(encoded)).isEqualTo(message);
	}

	@ParameterizedTest
	@ValueSource(strings = { "%", "a%2", "%zz", "100%" })
	void wronglyEncodedMessageIsLeftAsItIs(String encoded) {
		assertThat(GrpcStatus.decodeMessage(encoded)).isEqualTo(encoded);
	}

	private static Status details(GrpcStatus status) throws InvalidProtocolBufferException {
		return Status.parseFrom(Base64.getDecoder().decode(String.valueOf(status.details())));
	}

}
