package io.microspring.plugins;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Collectors;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaConstructorCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.microspring.broker.Broker;
import io.microspring.registry.Registry;
import io.microspring.service.Plugin;
import io.microspring.transport.Transport;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What keeps a backend as cheap as the law says: a package that stands for itself, with
 * one class and its options to be seen.
 */
class PluginsArchitectureTest {

	private static final JavaClasses PLUGINS = new ClassFileImporter()
		.withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
		.importPackages("io.microspring.plugins");

	@Test
	void backendsDoNotKnowEachOther() {
		slices().matching("io.microspring.plugins.(*.*)..")
			.should()
			.notDependOnEachOther()
			.because("each has a driver of its own, and the others' need not be there")
			.check(PLUGINS);
	}

	/**
	 * {@code plugins.nats}, say: how to reach a server that several backends go through.
	 */
	@Test
	void whatBackendsShareKnowsNoneOfThem() {
		noClasses()
			.that(DescribedPredicate.describe("stand beside the backends",
					(type) -> type.getPackageName().matches("io\\.microspring\\.plugins\\.\\w+")))
			.should()
			.dependOnClassesThat()
			.resideInAnyPackage("io.microspring.plugins.broker..", "io.microspring.plugins.registry..",
					"io.microspring.plugins.transport..")
			.because("a backend is not reached through another one by way of what they share")
			.check(PLUGINS);
	}

	@Test
	void backendShowsOneClassAndItsOptions() {
		Map<String, List<JavaClass>> backends = PLUGINS.stream()
			.filter((type) -> type.getPackageName().matches("io\\.microspring\\.plugins\\..+\\..+"))
			.filter((type) -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
			.filter((type) -> !type.getPackageName().contains(".codec."))
			.collect(Collectors.groupingBy(JavaClass::getPackageName));
		assertThat(backends)
			.hasSize((int) Plugins.all().stream().filter((each) -> each.concept() != Plugin.Concept.CODEC).count());
		assertThat(backends).allSatisfy((name, types) -> assertThat(types).as(name)
			.hasSize(2)
			.anyMatch((type) -> type.isRecord() && type.getSimpleName().endsWith("Options"))
			.anyMatch((type) -> type.getModifiers().contains(JavaModifier.FINAL)
					&& List.of(Registry.class, Broker.class, Transport.class).stream().anyMatch(type::isAssignableTo)));
	}

	@Test
	void formatShowsOneClassThatHasItsCodecs() {
		assertThat(PLUGINS.stream()
			.filter((type) -> type.getPackageName().startsWith("io.microspring.plugins.codec."))
			.filter((type) -> type.isTopLevelClass() && type.getModifiers().contains(JavaModifier.PUBLIC))
			.map(JavaClass::getSimpleName)).containsExactlyInAnyOrder("BsonCodec", "MessagePackCodec");
	}

	@Test
	void driversAreLibrariesAndNoApplicationContext() {
		noClasses().should()
			.dependOnClassesThat()
			.resideInAnyPackage("org.springframework.context..", "org.springframework.beans..",
					"org.springframework.boot..", "org.springframework.stereotype..")
			.because("a backend also runs where there is no Spring application: in the command line, in a test")
			.check(PLUGINS);
	}

	@Test
	void everyPackageIsNullMarked() {
		assertThat(PLUGINS.stream().map(JavaClass::getPackage).distinct())
			.allMatch((aPackage) -> aPackage.isAnnotatedWith(NullMarked.class));
	}

	@Test
	void threadsAreMadeByCore() {
		noClasses().should()
			.callConstructorWhere(belongToAny(Thread.class, ThreadPoolExecutor.class))
			.orShould()
			.dependOnClassesThat(belongToAnyOf(Executors.class))
			.orShould()
			.dependOnClassesThat(assignableTo(ThreadLocal.class))
			.because("io.microspring.concurrent.Threads chooses and names them")
			.check(PLUGINS);
	}

	private static DescribedPredicate<JavaConstructorCall> belongToAny(Class<?>... owners) {
		return DescribedPredicate.describe("it makes threads",
				(call) -> List.of(owners).stream().anyMatch((owner) -> call.getTargetOwner().isAssignableTo(owner)));
	}

}
