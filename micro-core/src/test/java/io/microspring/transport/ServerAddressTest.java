package io.microspring.transport;

import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ServerAddressTest {

	@Test
	void hostsPortsAndSchemesAreTakenApart() {
		assertThat(list("a, b:1,,::1,[::1]:2,[fe80::1%eth0],https://c,http://::1,1.2.3.4:5,my_host-1.local"))
			.containsExactly(new ServerAddress("", "a", 7), new ServerAddress("", "b", 1),
					new ServerAddress("", "::1", 7), new ServerAddress("", "::1", 2),
					new ServerAddress("", "fe80::1%eth0", 7), new ServerAddress("https", "c", 7),
					new ServerAddress("http", "::1", 7), new ServerAddress("", "1.2.3.4", 5),
					new ServerAddress("", "my_host-1.local", 7));
	}

	@Test
	void addressIsWrittenAsItIsDialled() {
		assertThat(list("a,::1,https://[::1]:2").stream().map(ServerAddress::toString)).containsExactly("a:7",
				"[::1]:7", "[::1]:2");
	}

	@Test
	void whatIsNoAddressIsRefused() {
		for (String text : List.of("", " , ", "a b", "http://", "a:b", "a:b:c", "a:99999", "a:0", "a:", "[a]:1", "[::1",
				"::1]:2", "ftp://a", "http://a/b", "a/b", "a:1/", "[::1]2", "1:2:3:4")) {
			assertThatIllegalArgumentException().as(text).isThrownBy(() -> list(text)).withMessageContaining("thing");
		}
	}

	@Test
	void credentialsAreRefusedAndNotShown() {
		for (String text : List.of("http://root:secret@a", "root:secret@a:2379", "a,http://root:se,cret@b",
				"http://root:se/cret@b", "https://a?password=secret", "a:2379#secret")) {
			assertThatIllegalArgumentException().as(text)
				.isThrownBy(() -> list(text))
				.withMessageContaining("micro.a.thing")
				.withMessageNotContainingAny("secret", "root", "cret@", "root:se", text);
		}
	}

	@Test
	void uriHasTheSchemeOfTheAddressElseTheOther() {
		assertThat(list("a,https://b:1,::1").stream().map((address) -> address.uri("http").toString()))
			.containsExactly("http://a:7", "https://b:1", "http://[::1]:7");
		assertThatIllegalArgumentException().isThrownBy(() -> list("my_host").get(0).uri("http"))
			.withMessageContaining("my_host");
	}

	private static List<ServerAddress> list(String text) {
		return ServerAddress.list(text, "a thing", "micro.a.thing", 7, Set.of("http", "https"));
	}

}
